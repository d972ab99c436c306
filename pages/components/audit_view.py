"""The parts of the audit page: the newest entry in a sentence, search, entries, the whole of one, the chain's check,
the head to keep elsewhere, and the name behind a pseudonym."""

import hashlib
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from access.anchor import Anchor, Checked, read_anchor
from actions.audit import anchor_log, export_log, unmask
from core.clock import now
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.reader import Reader
from core.rows import rows_of
from core.wording_actors import actor_words
from core.wording_fields import field_words, said, together, value_words
from core.wording_subjects import entries_saying, subject_words
from pages.components import cards, data, entry_form, filters, screens, upload
from pages.components.data import audit
from pages.components.item_table import Column, item_table
from pages.components.markup import badge, clean, emphasis, muted, plain, safe
from reports.audit import action_words, written
from store.audit_log import Search

LONGEST = 160  # characters of a change in the list; the whole stands below it
NOT_TOLD = ("id", "source_id", "run_id", "content_sha256")  # in that list: nothing a reader knows things by
PERIODS = {0: N_("At any time"), 1: N_("Since yesterday"), 7: N_("In the last 7 days"), 90: N_("In the last 90 days")}
EXPORTS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
READY, CHECKED, ANCHOR, UNMASKED = "audit.ready", "audit.checked", "audit.anchor", "audit.unmasked"


def answer(reader: Reader, newest: pd.DataFrame, total: int) -> None:
    """How much the log holds, and what was written last."""
    if not total:
        cards.headline(reader, reader.t("Nothing has been done yet: the log is empty."))
        return
    last = rows_of(newest)[0]
    cards.headline(
        reader,
        reader.tn("The log holds {n} entry.", "The log holds {n} entries.", total),
        reader.t("The last one is from {at}.", at=last["at"].to_pydatetime()),
    )
    done = action_words(last["action"], reader)
    cards.subline(actor_words(str(last["who"]), reader), done, subject_words(last["action"], last["subject"], reader))


def filters_of(reader: Reader) -> Search:
    """The row of filters: words, who, what, when."""
    who, what = audit.choices()
    with filters.row():
        words = st.text_input(
            plain(reader.t("Search")), key="audit.words", placeholder=reader.t("Search"), label_visibility="collapsed",
            width=220,
        )  # fmt: skip
        actor = filters.choose(
            reader.t("Who did it"),
            [None, *who],
            key="audit.who",
            say=lambda one: actor_words(one, reader) if one else reader.t("Everybody"),
            width=200,
        )
        action = filters.choose(
            reader.t("What was done"), [None, *what], key="audit.what", width=240,
            say=lambda one: reader.t("Everything") if one is None else action_words(one, reader),
        )  # fmt: skip
        days = filters.choose(
            reader.t("When"), list(PERIODS), key="audit.when", say=lambda one: reader.t(PERIODS[one]), width=180
        )
    asked = clean(words or "")
    told = tuple((word, entries_saying(word, reader)) for word in asked.split())
    return Search(asked, actor, action, _since(reader, days or 0), said=told)


def _since(reader: Reader, days: int) -> datetime | None:
    if not days:
        return None
    local = reader.local(now())
    return datetime.combine(local.date() - timedelta(days=days), time(), local.tzinfo)


def listing(reader: Reader, entries: pd.DataFrame, found: int) -> None:
    """The entries found, newest first."""
    small = reader.tn("{n} entry", "{n} entries", found)
    if len(entries) < found:
        small = reader.t(
            "the newest {shown} of {n}; narrow the search, or export them all", shown=len(entries), n=found
        )
    with cards.panel(reader.t("Entries"), small=small, key="audit-entries"):
        if entries.empty:
            screens.zero(reader, reader.t("No entry has these words."))
            return
        told = entries.assign(
            who=[actor_words(str(one), reader) for one in entries["who"]],
            done=[action_words(one, reader) for one in entries["action"]],
            subject=[subject_words(row["action"], row["subject"], reader) for row in rows_of(entries)],
            change=[_change(row, reader) for row in rows_of(entries)],
        )
        columns = [
            Column("id", reader.t("Entry"), write=str),
            Column("at", reader.t("When"), "instant"),
            Column("who", reader.t("Who did it")),
            Column("done", reader.t("What was done")),
            Column("subject", reader.t("To what")),
            Column("change", reader.t("Before → after"), "note"),
            Column("address", reader.t("From where"), write=str),
        ]
        item_table(told, columns, reader, name=reader.t("Entries"), key="audit.entries")


def one_entry(reader: Reader, entries: pd.DataFrame) -> None:
    """One entry in full: every field before and after."""
    rows = {int(row["id"]): row for row in rows_of(entries)}
    with cards.panel(reader.t("One entry in full"), key="audit-one"):
        chosen = filters.choose(
            reader.t("Entry"), list(rows), key="audit.one", width=640,
            say=lambda one: f"{one} · {rows[one]['who']} · {action_words(rows[one]['action'], reader)}",
        )  # fmt: skip
        if chosen is None:
            return
        row = rows[chosen]
        before, after = (held if isinstance(held, dict) else {} for held in (row["before"], row["after"]))
        names = list(dict.fromkeys([*before, *after]))
        if not names:
            cards.html(muted(reader.t("This entry says that it happened, and nothing more.")))
            return
        fields = pd.DataFrame(
            {
                "field": [field_words(name, reader) for name in names],
                "before": [value_words(name, before.get(name), reader) for name in names],
                "after": [value_words(name, after.get(name), reader) for name in names],
            }
        )
        columns = [
            Column("field", reader.t("Field")), Column("before", reader.t("Before")), Column("after", reader.t("After")),
        ]  # fmt: skip
        item_table(fields, columns, reader, name=reader.t("One entry in full"), key="audit.fields")


def _change(row: dict[str, Any], reader: Reader) -> str:
    """What differs, in one line."""
    before, after = (held if isinstance(held, dict) else {} for held in (row["before"], row["after"]))
    parts = []
    for name in dict.fromkeys([*before, *after]):
        was, is_now = before.get(name), after.get(name)
        if was == is_now or name in NOT_TOLD:
            continue
        arrow = f"{value_words(name, was, reader)} → " if before else ""
        parts.append(said(name, f"{arrow}{value_words(name, is_now, reader)}", reader))
    told = together(parts, reader)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def export(reader: Reader, search: Search, found: int) -> None:
    """What the search finds, as a file; that it was taken out is logged before it is given."""
    if not data.may("export"):
        return
    filling = entry_form.entry("audit.export")
    under = reader.t("All that the search finds, not only the newest. The export itself is logged.")
    with cards.panel(reader.t("Export"), under=under, key="audit-export"):
        with filling.form():
            media = filters.switch(reader.t("Kind of file"), list(EXPORTS), key=filling.key("media"), say=str.upper)
            is_sent = filling.button(reader.tn("Export {n} entry", "Export {n} entries", found))
        if is_sent:
            try:
                taken = data.do(export_log, search=search, media=media)
            except FortnightError as error:
                screens.failed(reader, error)
                return
            st.session_state[READY] = (media, len(taken), written(taken, media, reader))
        ready = st.session_state.get(READY)
        if ready:
            kind, count, content = ready
            digest = hashlib.sha256(content).hexdigest()[:12]
            st.download_button(
                plain(reader.tn("Save {n} entry as {kind}", "Save {n} entries as {kind}", count, kind=kind.upper())),
                content, file_name=f"fortnight-audit-{digest}.{kind}", mime=EXPORTS[kind], key="audit.save", on_click="ignore",
            )  # fmt: skip


def verification(reader: Reader) -> None:
    """Whether the log is what was written: by its chain, and against a kept anchor."""
    filling = entry_form.entry("audit.check")
    under = reader.t(
        "An edited, removed or reordered entry shows by itself. That the log was cut off or built anew shows against an "
        "anchor that was kept elsewhere."
    )
    with cards.panel(reader.t("Does the log hold?"), under=under, key="audit-check"):
        upload.quiet(reader, "audit-check")
        with filling.form():
            file = st.file_uploader(plain(reader.t("A kept anchor (optional)")), key=filling.key("anchor"))
            is_sent = filling.button(reader.t("Check the whole log"))
        if is_sent:
            try:
                kept = None if file is None else _anchor_of(file.getvalue())
                st.session_state[CHECKED] = (now(), audit.verified(kept), kept is not None)
            except FortnightError as error:
                screens.failed(reader, error)
                return
        if CHECKED in st.session_state:
            _checked(reader, *st.session_state[CHECKED])


def _anchor_of(content: bytes) -> Anchor:
    try:
        return read_anchor(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid(Text("This file is no anchor of an audit log.")) from error


def _checked(reader: Reader, at: datetime, found: Checked, has_anchor: bool) -> None:
    when = muted(reader.t("checked {at}", at=at))
    if found.breaks:
        n = len(found.breaks)
        word = reader.tn("The audit log does not hold: {n} break.", "The audit log does not hold: {n} breaks.", n)
        lines = Markup("").join(Markup("<li>{}</li>").format(safe(reader.say(one.what))) for one in found.breaks[:50])
        cards.html(Markup('<p role="alert">{} {}</p><ul>{}</ul>').format(emphasis(word), when, lines))
        return
    told = reader.tn(
        "The log holds: {n} entry follows.", "The log holds: all {n} entries follow from each other.", found.entries
    )
    kept = reader.t("The anchor was met.") if has_anchor else ""
    cards.html(
        Markup('<p role="status">{} {} {} {}</p>').format(badge("completed", reader.t("holds")), told, kept, when)
    )


def anchor(reader: Reader) -> None:
    """The head of the log, signed, to save or to print."""
    under = reader.t(
        "The last entry's hash with this house's signature. Keep it where nobody of this house can change it."
    )
    with cards.panel(reader.t("The head, to keep elsewhere"), under=under, key="audit-anchor"):
        if st.button(plain(reader.t("Sign the head")), key="audit.sign"):
            try:
                st.session_state[ANCHOR] = data.do(anchor_log)
            except FortnightError as error:
                screens.failed(reader, error)
                return
        made: Anchor | None = st.session_state.get(ANCHOR)
        if made is None:
            return
        rows = [
            (reader.t("Entry"), str(made.entry_id)),
            (reader.t("Hash"), _in_groups(made.sha256)),
            (reader.t("When"), reader.instant(datetime.fromisoformat(made.at))),
            (reader.t("Signature"), made.signature),
            (reader.t("Key"), made.public_key),
        ]
        told = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, safe(value)) for name, value in rows)
        cards.html(Markup('<dl class="fn-proof">{}</dl>').format(told))
        st.download_button(
            plain(reader.t("Save the anchor")), made.to_json(), file_name=f"fortnight-anchor-{made.entry_id}.json",
            mime="application/json", key="audit.save_anchor", on_click="ignore",
        )  # fmt: skip


def _in_groups(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def unmasking(reader: Reader) -> None:
    """The name behind a pseudonym, for a reason, logged."""
    if not data.may("unmask"):
        return
    filling = entry_form.entry("audit.unmask")
    under = reader.t(
        "You read names as pseudonyms. For a reason you may see one; your question and its reason are logged."
    )
    with cards.panel(reader.t("Who is behind a pseudonym?"), under=under, key="audit-unmask"):
        with filling.form():
            left, right = st.columns([1, 2])
            pseudonym = left.text_input(plain(reader.t("Pseudonym")), key=filling.key("pseudonym"))
            reason = right.text_input(plain(reader.t("Reason")), key=filling.key("reason"))
            is_sent = filling.button(reader.t("See the name"))

        def act() -> None:
            st.session_state[UNMASKED] = (pseudonym, data.do(unmask, pseudonym=pseudonym, reason=reason))

        if is_sent:
            filling.send(reader, act, reader.t("Your question is in the log."))
        if UNMASKED in st.session_state:
            asked, name = st.session_state[UNMASKED]
            cards.html(reader.t("{pseudonym} is {name}.", pseudonym=asked.strip().upper(), name=name))


def masked_note(reader: Reader) -> list[str]:
    """What is masked for this reader."""
    return [reader.t("who acted is named; people in the data are masked")] if data.may("unmask") else []
