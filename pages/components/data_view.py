"""What the data page shows: sources with their freshness, findings, templates, table counts."""

from datetime import datetime

import pandas as pd
import streamlit as st

from actions.sheet_reading import template_file
from core.errors import FortnightError
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import POLICY
from core.wording_tables import SHEET_KIND, SOURCE_KIND, TABLE
from pages.components import cards, data, entry_form, filters, screens
from pages.components.data import sources as connected
from pages.components.data_words import (
    CELL,
    FINDING_TITLE,
    SEVERITY,
    SEVERITY_BADGE,
    SEVERITY_MEANING,
)
from pages.components.item_table import Column, item_table
from pages.components.markup import muted, plain
from reports.figures.house import finding_text

LANGUAGES = {"en": "English", "zh": "中文"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sources(reader: Reader, at: datetime) -> None:
    """Every source: what it is, how it is counted, when data last came in whole."""
    found = connected.overview()
    kinds = {code: reader.t(word) for code, word in SOURCE_KIND.items()}
    policies = {code: reader.t(word) for code, word in POLICY.items()}
    found = found.assign(
        what=[
            kinds.get(kind, kind) + (f" · {reader.t('sample workspace')}" if sample else "")
            for kind, sample in zip(found["kind"], found["is_sample"], strict=True)
        ],
    )
    columns = [
        Column("source", reader.t("Source"), "item"),
        Column("what", reader.t("What it is")),
        Column("policy", reader.t("Counted"), write=lambda code: policies.get(code, code)),
        Column("items", reader.t("Work items"), "number"),
        Column("fresh_since", reader.t("Fresh since"), write=lambda one: _since(reader, one, at)),
    ]
    with cards.panel(reader.t("Sources"), key="data-sources"):
        item_table(found, columns, reader, name=reader.t("Sources"), key="data.sources")


def _since(reader: Reader, one: datetime, at: datetime) -> str:
    days = (at - one).days
    age = reader.tn("{n} day ago", "{n} days ago", days) if days else reader.t("today")
    return f"{reader.instant(one)} · {age}"


FINDINGS_AT_ONCE = 100  # what a person reads before they filter; the others are one click away


def findings(reader: Reader) -> None:
    """What in the data cannot be fully trusted: counted, filtered, listed, explained."""
    found = data.table("findings")
    n = reader.tn("{n} finding", "{n} findings", len(found))
    with cards.panel(reader.t("What the data does not say for sure"), n, key="data-findings"):
        if found.empty:
            screens.zero(reader, reader.t("findings: nothing in the data contradicts itself"))
            return
        counts = data.table("finding_counts")
        severity, code = _finding_filters(reader, counts)
        shown = found[found["severity"] == severity] if severity else found
        shown = shown[shown["code"] == code] if code else shown
        if severity:
            cards.html(muted(reader.t(SEVERITY_MEANING[severity])))
        number = len(shown)
        if number > FINDINGS_AT_ONCE and not st.session_state.get("data.all_findings", False):
            shown = shown.head(FINDINGS_AT_ONCE)
        texts = [reader.say(finding_text(row["code"], row["subject_label"], row["params"])) for row in rows_of(shown)]
        names = data.table("sources").set_index("source_id")["name"]
        words = {one: reader.t(word) for one, word in SEVERITY.items()}
        columns = [
            Column("severity", reader.t("Severity"), "badge", words=words, colours=SEVERITY_BADGE),
            Column("title", reader.t("What it is")),
            Column("text", reader.t("What it means")),
            Column("source", reader.t("Source"), "note"),
        ]
        titles = [title(reader, one) for one in shown["code"]]
        listed = shown.assign(text=texts, title=titles, source=shown["source_id"].map(names))
        item_table(listed, columns, reader, name=reader.t("Findings"), key="data.findings")
        if number > FINDINGS_AT_ONCE:
            st.toggle(reader.t("Show all {n}", n=number), key="data.all_findings")


def _finding_filters(reader: Reader, counts: pd.DataFrame) -> tuple[str | None, str | None]:
    by_severity = counts.groupby("severity")["n"].sum()
    severities = [None, *(one for one in SEVERITY if one in by_severity)]
    with filters.row():
        severity = filters.choose(
            reader.t("Severity"),
            severities,
            key="data.severity",
            say=lambda one: f"{reader.t(SEVERITY[one])} ({by_severity[one]})" if one else reader.t("every severity"),
        )
        left = counts[counts["severity"] == severity] if severity else counts
        by_code = left.groupby("code", sort=False)["n"].sum()
        code = filters.choose(
            reader.t("What it is"),
            [None, *by_code.index],
            key="data.code",
            say=lambda one: f"{title(reader, one)} ({by_code[one]})" if one else reader.t("every kind of finding"),
            width=340,
        )
    return severity, code


def title(reader: Reader, code: str) -> str:
    """A kind of finding in a few words."""
    return reader.t(FINDING_TITLE.get(code, CELL))


def templates(reader: Reader) -> None:
    """An empty workbook of each kind, with headers, examples and explanations, in either language."""
    with (
        cards.panel(
            reader.t("Templates"),
            under=reader.t("A workbook with the headers, two example rows, and what each column means."),
            key="data-templates",
        ),
        filters.row(),
    ):
        kind = filters.choose(
            reader.t("What it holds"),
            [one for one in SHEET_KIND if one != "jira_csv"],
            key="data.template_kind",
            say=lambda one: reader.t(SHEET_KIND[one]),
        )
        lang = filters.switch(
            reader.t("Language"),
            list(LANGUAGES),
            key="data.template_lang",
            say=lambda one: LANGUAGES[one],
            default=reader.lang,
        )
        st.download_button(
            plain(reader.t("Download")),
            lambda: template_file(str(kind), lang),
            file_name=f"fortnight-{str(kind).replace('_', '-')}-{lang}.xlsx",
            mime=XLSX,
            on_click="ignore",
            key=f"data.template_{kind}_{lang}",
        )


def offer_sample(reader: Reader) -> None:
    """The sample workspace, one click away, where it is not in and the reader may load it."""
    if data.workspace().is_sample or not data.may("manage_sample"):
        return
    if st.button(plain(reader.t("Load the sample workspace")), key="data.sample"):
        try:
            with st.spinner(plain(reader.t("Loading, about ten seconds …"))):
                data.enter_sample()
        except FortnightError as error:
            screens.failed(reader, error)
            return
        entry_form.announce_next(reader.t("The sample workspace is in."))
        st.rerun()


def counts(reader: Reader) -> None:
    """How many rows every table holds, folded."""
    found = data.table("counts")
    if found.empty:
        return
    found = found.assign(name=[reader.t(TABLE.get(one, "")) or one for one in found["table"]])
    found = found[found["n"] > 0].sort_values("n", ascending=False)
    columns = [Column("name", reader.t("What")), Column("n", reader.t("Rows"), "number")]
    with cards.panel(reader.t("What the store holds"), key="data-counts"):
        cards.table_toggle(found, columns, reader)
