"""Making reports and taking them along: one click makes every paper, archives it with its hash, and offers it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

import pandas as pd
import streamlit as st
from markupsafe import Markup

from actions.archive import archive_report
from actions.write_back import write_back
from core.errors import FortnightError
from core.i18n import LANGUAGES
from core.made_report import Made
from core.reader import Reader
from core.rows import rows_of
from core.wording_actors import actor_words
from core.wording_reports import REPORT_KIND, REPORT_LANGUAGE
from pages.components import cards, data, entry_form, filters, screens
from pages.components.data import reports
from pages.components.markup import join, plain

ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
STYLE = """<style>
.fn-archived{border-top:1px solid var(--fn-line);padding:.55rem 0;overflow-wrap:anywhere}
.fn-archived div{display:flex;flex-wrap:wrap;gap:.2rem .6rem;margin-top:.2rem}
.fn-archived a{color:var(--fn-accent)}.fn-archived span{color:var(--fn-muted);font-size:.9rem;margin-right:.8rem}
</style>"""


def minutes_panel(reader: Reader, demo_id: int, source_id: int) -> None:
    """The minutes of one demo: made in one click, in one language or both, and those made before."""
    with cards.panel(
        reader.t("Minutes"), under=reader.t("PowerPoint with real charts, PDF, and one HTML file that opens offline.")
    ):
        language = _language(reader, f"report.language.{demo_id}")
        if st.button(plain(reader.t("Make the minutes")), key=f"report.minutes.{demo_id}", type="primary"):
            _make(reader, lambda: reports.made_minutes(demo_id, language))
        downloads(reader, reports.archived(demo_id))
        _write_back(reader, demo_id, source_id)


def _write_back(reader: Reader, demo_id: int, source_id: int) -> None:
    """Verdicts and action items back into Jira, where the house allows it and the reader may."""
    sources = data.table("sources")
    is_jira = bool((sources["source_id"].eq(source_id) & sources["kind"].eq("jira")).any())
    if not (is_jira and data.settings().writes_back and data.may("write_back")):
        return
    if not st.button(plain(reader.t("Write verdicts and action items to Jira")), key=f"report.write_back.{demo_id}"):
        return
    try:
        with st.spinner(plain(reader.t("The comments are being written ..."))):
            done = data.do(write_back, demo_id=demo_id)
    except FortnightError as error:
        screens.failed(reader, error)
        return
    said = reader.tn("{n} comment written;", "{n} comments written;", done.sent - done.issues)
    if done.issues:
        made = reader.tn("{n} issue made;", "{n} issues made;", done.issues)
        said = join([made, said], "" if reader.lang == "zh" else " ")
    stood = reader.tn("{n} stood there before.", "{n} stood there before.", done.before)
    cards.html(said, "" if reader.lang == "zh" else " ", stood)
    for _issue, failure in done.failed[:1]:
        screens.failed(reader, failure)


def period_panel(reader: Reader) -> None:
    """The report of the last whole week or month, on demand."""
    with cards.panel(
        reader.t("Make a report"), under=reader.t("Of the last whole week or month, as it stood at its end.")
    ):
        kind = filters.switch(
            reader.t("Report"), ["weekly", "monthly"], key="report.kind", say=lambda one: reader.t(REPORT_KIND[one])
        )
        language = _language(reader, "report.language")
        listed = reports.projects()
        project = None if listed is None else filters.choose(reader.t("Project"), listed, key="report.project")
        if st.button(plain(reader.t("Make the report")), key="report.period", type="primary"):
            _make(reader, lambda: reports.made_period(kind, language, project))


def _language(reader: Reader, key: str) -> str:
    own = reader.lang if reader.lang in LANGUAGES else "en"
    return filters.switch(
        reader.t("Language"),
        list(REPORT_LANGUAGE),
        key=key,
        say=lambda one: reader.t(REPORT_LANGUAGE[one]),
        default=own,
    )


def _make(reader: Reader, make: Callable[[], Made]) -> None:
    try:
        with st.spinner(plain(reader.t("The report is being made ..."))):
            data.do(archive_report, made=make())
    except FortnightError as error:
        screens.failed(reader, error)
        return
    entry_form.announce_next(reader.t("The report is made and archived."))
    st.rerun()


def downloads(reader: Reader, archived: pd.DataFrame, most: int = 4) -> None:
    """Archived files, the latest first: what each is, by whom and when, its hash, and the file itself."""
    if archived.empty:
        cards.html(reader.t("None has been made yet."))
        return
    st.html(STYLE)
    makings = archived.groupby(["made_at", "kind", "subject", "language"], sort=False, dropna=False)
    for number, (key, files) in enumerate(makings):
        made_at, kind, subject, language = cast(tuple[Any, ...], key)
        if number == most:
            break
        facts = [
            reader.t(REPORT_KIND[str(kind)]), _days(reader, str(subject)), reader.t(REPORT_LANGUAGE[str(language)]),
            reader.instant(made_at, with_year=True), actor_words(str(files["made_by"].iloc[0]), reader),
        ]  # fmt: skip
        links = Markup("").join(_link(reader, row) for row in rows_of(files))
        st.html(Markup('<div class="fn-archived">{}<div>{}</div></div>').format(join(facts), links))
    left = makings.ngroups - most
    if left > 0:
        cards.html(reader.tn("{n} older report is archived as well.", "{n} older reports are archived as well.", left))


def _days(reader: Reader, subject: str) -> str:
    """What a report is about, the days of its period as the reader writes them."""
    return ISO_DAY.sub(lambda found: reader.day(date.fromisoformat(found[0]), with_year=True), subject)


def _link(reader: Reader, row: Mapping[Any, Any]) -> Markup:
    """One file: its medium, the beginning of its hash, and where it is taken from, for who may take it along."""
    media, digest = str(row["media"]).upper(), str(row["sha256"])[:12]
    said = Markup("<span>SHA-256 {}…</span>").format(digest)
    if not data.may("export"):
        return Markup("<span>{}</span> {}").format(media, said)
    word = reader.t("Download {media}", media=media)
    return Markup('<a href="/archive/{}" download title="{}">{}</a> {}').format(int(row["report_id"]), word, word, said)
