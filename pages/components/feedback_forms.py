"""The forms of the feedback page: say something in thirty seconds, answer, link, resolve, confirm, reopen, correct."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from actions import feedback as given
from core.actor import Scope
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.reader import Reader
from core.wording_kpi import FEEDBACK_KIND
from pages.components import data, entry_form, feedback_files, filters
from pages.components.data import linked
from pages.components.markup import clean, plain

STEPS = {
    "answer": (N_("Answer"), "answer_feedback", ("open", "answered", "resolved", "confirmed")),
    "resolve": (N_("Resolve"), "answer_feedback", ("open", "answered")),
    "confirm": (N_("Confirm"), "confirm_feedback", ("resolved",)),
    "reopen": (N_("Still wrong"), "confirm_feedback", ("resolved", "confirmed")),
    "attach": (N_("Attach files"), "submit_feedback", ("open", "answered", "resolved", "confirmed")),
    "link": (N_("Link to a work item"), "answer_feedback", ("open", "answered", "resolved", "confirmed")),
    "correct": (N_("Correct"), "submit_feedback", ("open", "answered", "resolved", "confirmed")),
}


def submit(reader: Reader, departments: list[str]) -> None:
    """Kind, words, score, department, screenshot: thirty seconds. Who may speak for one department alone is asked for none."""
    reach = data.where_may("submit_feedback")
    filling = entry_form.entry("feedback.new")
    with filling.form():
        fields = _fields(reader, filling, departments, reach)
        is_sent = filling.button(reader.t("Send"))

    def act() -> None:
        row = data.do(given.submit_feedback, **fields)
        st.session_state["feedback.item"] = row.id  # what was just given is what one sees next

    if is_sent:
        filling.send(reader, act, reader.t("Thank you: it is in the list, and the answer will stand there."))


def _fields(reader: Reader, filling: entry_form.Entry, departments: list[str], reach: Scope) -> dict[str, Any]:
    """The fields of a new piece, as `submit_feedback` takes them."""
    own = None if reach.departments is None else sorted(reach.departments)
    text = st.text_area(plain(reader.t("What is wrong, or right?")), key=filling.key("text"), height=100)
    kind = st.segmented_control(
        plain(reader.t("Kind of feedback")),
        list(FEEDBACK_KIND),
        default="bug",
        format_func=lambda code: reader.t(FEEDBACK_KIND[code]),
        key=filling.key("kind"),
        required=True,
    )
    csat = st.segmented_control(
        plain(reader.t("How satisfied are you? 1 = not at all, 5 = very (optional)")),
        list(range(1, 6)),
        format_func=str,
        key=filling.key("csat"),
    )
    nps = st.segmented_control(
        plain(reader.t("Would you recommend it? 0 = never, 10 = surely (optional)")),
        list(range(11)),
        format_func=str,
        key=filling.key("nps"),
    )
    left, right = st.columns(2)
    department = _department(reader, filling, departments if own is None else own, left, is_own=bool(own))
    who = right.text_input(plain(reader.t("Your name (optional)")), value=data.called(), key=filling.key("who"))
    project = _project(reader, filling, reach)
    files = feedback_files.field(reader, filling, reader.t("Screenshots or documents (optional)"))
    return {
        "kind": kind or "other", "project_key": project, "text": text, "csat": csat, "nps": nps, "department": department, "submitted_by": who,
        "files": files,
    }  # fmt: skip


def _project(reader: Reader, filling: entry_form.Entry, reach: Scope) -> str | None:
    """The project it belongs to where the reader may speak for projects alone: the first of theirs; else it is asked
    where what the reader sees is of several. None leaves it to the action."""
    if reach.projects is not None and not reach.departments:
        return min(reach.projects, default=None)
    known = data.known_projects()
    if len(known) < 2:
        return None
    chosen: str | None = st.selectbox(
        plain(reader.t("Project")), known, index=None, format_func=clean, placeholder="", key=filling.key("project")
    )
    return chosen


def _department(
    reader: Reader, filling: entry_form.Entry, departments: list[str], place: Any, *, is_own: bool
) -> str | None:
    """Args: is_own, whether these are all that the reader may speak for: then one of them is chosen."""
    label = plain(reader.t("Department") if is_own else reader.t("Department (optional)"))
    if not departments:
        return str(place.text_input(label, key=filling.key("department")))
    chosen: str | None = place.selectbox(
        label,
        departments,
        index=0 if is_own else None,
        format_func=clean,
        placeholder="",
        accept_new_options=not is_own,
        key=filling.key("department"),
    )
    return chosen


def steps(reader: Reader, item: dict[str, Any], *, only: Sequence[str] = tuple(STEPS), place: str = "") -> None:
    """What may be done next with one piece of feedback, by its state and by what the reader may.

    Args: only, of these steps; place, tells two such forms of one page apart.
    """
    state = item["state"]
    offered = [
        code
        for code, (_, permission, states) in STEPS.items()
        if code in only and state in states and data.may(permission)
    ]
    if not offered:
        return
    step = filters.switch(
        reader.t("What to do"), offered, key=f"feedback.{place}step_{state}", say=lambda code: reader.t(STEPS[code][0])
    )
    if step == "correct":
        _correct(reader, item)
    elif step == "link":
        _link(reader, int(item["feedback_id"]))
    elif step == "attach":
        feedback_files.form(reader, int(item["feedback_id"]))
    else:
        _say(reader, item, step, place)


def _say(reader: Reader, item: dict[str, Any], step: str, place: str) -> None:
    doing: dict[str, tuple[Callable[..., Any], str, str]] = {
        "answer": (given.answer_feedback, "reply", reader.t("Answer")),
        "resolve": (given.resolve_feedback, "text", reader.t("What was done (optional)")),
        "confirm": (given.confirm_feedback, "text", reader.t("Remark (optional)")),
        "reopen": (given.reopen_feedback, "text", reader.t("What is still wrong")),
    }
    act, field, label = doing[step]
    number = int(item["feedback_id"])
    filling = entry_form.entry(f"feedback.{place}{step}_{number}")
    with filling.form():
        text = st.text_area(plain(label), key=filling.key("text"), height=80)
        is_sent = filling.button(reader.t(STEPS[step][0]))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(act, feedback_id=number, **{field: text}),
            reader.t("#{number}: {step}", number=str(number), step=reader.t(STEPS[step][0])),
        )


def _link(reader: Reader, number: int) -> None:
    filling = entry_form.entry(f"feedback.link_{number}")
    with filling.form():
        key = st.text_input(
            plain(reader.t("Key of the work item that takes care of it")),
            key=filling.key("key"),
            placeholder="SHOP-123",
        )
        is_sent = filling.button(reader.t("Link"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(given.link_feedback, feedback_id=number, **_item_named(key.strip())),
            reader.t("#{number}: {step}", number=str(number), step=key.strip()),
        )


def _item_named(key: str) -> dict[str, Any]:
    """The one item of that key. Raises: Invalid without a key, or where several sources have it; NotFound."""
    if not key:
        raise Invalid(Text("“{field}” must not be empty.", field=Text("Key of the work item that takes care of it")))
    found = linked.items_named(key)
    if not found:
        raise NotFound(Text("There is no work item {id}.", id=key))
    if len(found) > 1:
        raise Invalid(Text("{n} sources have a work item {id}: it is not clear which is meant.", n=len(found), id=key))
    return {"source_id": found[0][0], "work_item_id": found[0][1]}


def _correct(reader: Reader, item: dict[str, Any]) -> None:
    number = int(item["feedback_id"])
    filling = entry_form.entry(f"feedback.correct_{number}")
    with filling.form():
        text = st.text_area(plain(reader.t("Feedback text")), _text(item["text"]), key=filling.key("text"), height=80)
        one, two, three, four = st.columns(4)
        kinds = list(FEEDBACK_KIND)
        kind = one.selectbox(
            plain(reader.t("Kind of feedback")),
            kinds,
            index=kinds.index(item["kind"]) if item["kind"] in kinds else 0,
            format_func=lambda code: reader.t(FEEDBACK_KIND[code]),
            key=filling.key("kind"),
        )
        csat = two.number_input(
            plain(reader.t("Satisfaction (1 to 5)")), 1, 5, _score(item["csat"]), key=filling.key("csat")
        )
        nps = three.number_input(
            plain(reader.t("Would recommend (0 to 10)")), 0, 10, _score(item["nps"]), key=filling.key("nps")
        )
        department = four.text_input(
            plain(reader.t("Department")), _text(item["department"]), key=filling.key("department")
        )
        is_sent = filling.button(reader.t("Correct"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                given.correct_feedback,
                feedback_id=number,
                text=text,
                kind=kind,
                csat=entry_form.whole(csat),
                nps=entry_form.whole(nps),
                department=department,
            ),
            reader.t("#{number}: {step}", number=str(number), step=reader.t("Correct")),
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _score(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
