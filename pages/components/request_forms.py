"""What people do about changes: record a change request, sign or decline it, revise it, waive a change or take that back."""

from typing import Any

import pandas as pd
import streamlit as st

from actions.change_requests import Content, Covered, raise_change_request, revise_change_request
from actions.signatures import sign_change
from actions.waivers import revoke_waiver, waive_change
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from pages.components import cards, data, entry_form, filters
from pages.components.churn_view import change_words
from pages.components.entry_form import Entry
from pages.components.markup import clean, plain
from pages.components.request_view import Request, text

SIGNING = {"approved": N_("Approve"), "rejected": N_("Decline")}  # what one does, where DECISION says what was done
Change = tuple[int, str, str, str]  # source, sprint, work item, kind
Changes = dict[Change, dict[str, Any]]


def changes_of(changes: pd.DataFrame) -> Changes:
    """The detected changes by what they are, the latest first."""
    rows = [{str(name): value for name, value in row.items()} for row in rows_of(changes)]
    rows.sort(key=lambda row: "" if pd.isna(row["at"]) else row["at"].isoformat(), reverse=True)
    return {_code(row): row for row in rows}


def record_form(reader: Reader, changes: Changes) -> None:
    """A new change request with its impact and the changes it covers."""
    form = entry_form.entry("churn.record")
    with st.expander(plain(reader.t("Record a change request"))), form.form():
        content = _content_fields(reader, form, {}, changes, ())
        pressed = form.button(reader.t("Record the request"))
    if pressed:
        form.send(
            reader,
            lambda: data.do(raise_change_request, content=Content(**content)),
            reader.t("The change request was recorded; it now waits for a signature."),
        )


def sign_form(reader: Reader, one: Request) -> None:
    """Approve or decline the version that is shown; its hash goes along, so that nothing else is signed."""
    form = entry_form.entry(f"churn.sign.{one.number}.{one.present['version']}")
    with cards.panel(reader.t("Sign or decline"), reader.t("version {version}", version=int(one.present["version"]))):
        with form.form():
            decision = st.radio(
                plain(reader.t("Decision")),
                list(SIGNING),
                index=None,
                format_func=lambda code: plain(reader.t(SIGNING[code])),
                horizontal=True,
                key=form.key("decision"),
            )
            signer = _signer(reader, form)
            remark = st.text_area(plain(reader.t("Remark")), key=form.key("remark"), height=80)
            pressed = form.button(reader.t("Sign"))
        if pressed:
            form.send(
                reader,
                lambda: data.do(
                    sign_change, number=one.number, decision=decision or "", remark=remark, on_behalf_of=signer,
                    seen_sha256=one.present["content_sha256"],
                ),
                reader.t("The decision on {number} was recorded.", number=one.number),
            )  # fmt: skip


def _signer(reader: Reader, form: entry_form.Entry) -> str | None:
    """Who signs: whoever is signed in, by their own name; at the machine itself, where nobody is, who it is is asked."""
    who = data.actor()
    if who.person_id is not None:
        st.text(reader.t("You sign as {name}.", name=data.called()))
        return None
    return str(st.text_input(plain(reader.t("Signed by")), key=form.key("signer")))


def revise_form(reader: Reader, one: Request, changes: Changes) -> None:
    """A new version of a request; a signature on the version before becomes void."""
    form = entry_form.entry(f"churn.revise.{one.number}.{one.present['version']}")
    title = reader.t("Revise {number}: a signature on the present version becomes void", number=one.number)
    with st.expander(plain(title)), form.form():
        content = _content_fields(reader, form, one.present, changes, one.covered)
        pressed = form.button(reader.t("Write a new version"))
    if pressed:
        form.send(
            reader,
            lambda: data.do(revise_change_request, number=one.number, **content),
            reader.t("{number} has a new version; it waits for a signature.", number=one.number),
        )


def waive_form(reader: Reader, changes: Changes) -> None:
    """Say why a change needs no request, or take that back, with the reason."""
    waivable = [code for code, row in changes.items() if row["is_waived"] or row["is_unapproved"]]
    with st.expander(plain(reader.t("Waive a change, or take a waiver back"))):
        chosen = filters.choose(
            reader.t("Change"), waivable, key="churn.waived", width="stretch",
            say=lambda code: change_words(reader, changes[code]) + _waived_mark(reader, changes[code]),
        )  # fmt: skip
        if chosen is None:
            cards.html(reader.t("There is no change to waive."))
            return
        is_waived = bool(changes[chosen]["is_waived"])
        form = entry_form.entry("churn.waive")
        with form.form():
            reason = st.text_input(plain(reader.t("Reason")), key=form.key("reason"))
            pressed = form.button(reader.t("Take the waiver back") if is_waived else reader.t("Waive the change"))
        if pressed:
            source_id, sprint_id, work_item_id, kind = chosen
            action = revoke_waiver if is_waived else waive_change
            done = reader.t("The waiver was taken back.") if is_waived else reader.t("The change was waived.")
            form.send(
                reader,
                lambda: data.do(
                    action, source_id=source_id, sprint_id=sprint_id, work_item_id=work_item_id, change_kind=kind,
                    reason=reason,
                ),
                done,
            )  # fmt: skip


def _content_fields(
    reader: Reader, form: Entry, held: dict[str, Any], changes: Changes, covered: tuple[Any, ...]
) -> dict[str, Any]:
    """The fields of a change request, filled with what it holds. Returns: the fields of actions.change_requests.Content."""
    title = st.text_input(plain(reader.t("Title")), value=text(held.get("title")), key=form.key("title"))
    reason = st.text_area(plain(reader.t("Reason")), value=text(held.get("reason")), key=form.key("reason"), height=80)
    impact = st.text_area(plain(reader.t("Impact")), value=text(held.get("impact")), key=form.key("impact"), height=80)
    left, right = st.columns(2)
    points = left.number_input(
        plain(reader.t("Impact in points")), value=_number(held.get("impact_points")), step=1.0, key=form.key("points")
    )
    days = right.number_input(
        plain(reader.t("Impact in days")), value=_number(held.get("impact_days")), step=1.0, key=form.key("days")
    )
    by = left.text_input(plain(reader.t("Requested by")), value=text(held.get("requested_by")), key=form.key("by"))
    department = _department(reader, form, text(held.get("department")), right)
    here = [code for code in changes if any(_covers(one, code) for one in covered)]
    elsewhere = tuple(one for one in covered if not any(_covers(one, code) for code in changes))
    open_or_held = [code for code, row in changes.items() if row["is_unapproved"] or code in here]
    chosen = st.multiselect(
        plain(reader.t("Changes it covers")),
        open_or_held,
        default=here,
        format_func=lambda code: clean(change_words(reader, changes[code])),
        placeholder="",
        select_all=False,  # an entry in English
        key=form.key("covers"),
    )
    return {
        "title": title, "reason": reason, "impact": impact, "impact_points": points, "impact_days": days,
        "requested_by": by, "department": department, "items": _items(chosen, here, covered, elsewhere),
    }  # fmt: skip


def _department(reader: Reader, form: Entry, held: str, place: Any) -> str:
    """Who has to sign: one of the departments that are known, since a name written otherwise would reach nobody."""
    known = sorted({*data.known_departments(), held} - {""})
    label = plain(reader.t("Department"))
    if not known:
        return str(place.text_input(label, value=held, key=form.key("department")))
    chosen = place.selectbox(
        label,
        known,
        index=known.index(held) if held else None,
        format_func=clean,
        placeholder="",
        accept_new_options=True,
        key=form.key("department"),
    )
    return str(chosen or "")


def _items(
    chosen: list[Change], here: list[Change], covered: tuple[Any, ...], elsewhere: tuple[Any, ...]
) -> tuple[Covered, ...]:
    """What a request covers: an item of a sprint once, with every kind of change where several were chosen.

    A choice that was left as it was keeps what it covered, also changes of teams that are not in sight.
    """
    if set(chosen) == set(here) and covered:
        return tuple(Covered(*one) for one in covered)
    kinds: dict[tuple[int, str, str], list[str]] = {}
    for source_id, sprint_id, work_item_id, kind in chosen:
        kinds.setdefault((source_id, sprint_id, work_item_id), []).append(kind)
    picked = tuple(Covered(*item, found[0] if len(found) == 1 else None) for item, found in kinds.items())
    return picked + tuple(Covered(*one) for one in elsewhere)


def _covers(one: tuple[Any, ...], code: Change) -> bool:
    return one[:3] == code[:3] and one[3] in (None, code[3])


def _code(row: dict[str, Any]) -> Change:
    return int(row["source_id"]), row["sprint_id"], row["work_item_id"], row["change_kind"]


def _number(held: Any) -> float | None:
    return None if held is None or pd.isna(held) else float(held)


def _waived_mark(reader: Reader, row: dict[str, Any]) -> str:
    return f" · {reader.t('waived')}" if row["is_waived"] else ""
