"""Change requests as people read them: where each stands, its versions, and the signatures that count or are void."""

from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pandas as pd
from markupsafe import Markup

from actions.signatures import Decision, decision_on
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import CHANGE_KIND, DECISION, REQUEST_STATE
from pages.components import cards, data, screens
from pages.components.data import linked
from pages.components.item_table import Column, item_table
from pages.components.markup import muted, safe

STATE_COLOURS = {"open": "warning", "approved": "completed", "rejected": "neutral", "void": "alarm"}
WAITING = ("open", "void")
TABLES = (("change_requests", "number"), ("signatures", "subject_id"), ("covered_items", "change_request_id"))
FACTS = {
    "reason": N_("Reason"),
    "impact": N_("Impact"),
    "requested_by": N_("Requested by"),
    "department": N_("Department"),
    "recorded_by": N_("Recorded by"),
}


@dataclass(frozen=True, eq=False)
class Request:
    """One change request: its present version, all versions (newest first), what it covers (source, sprint, item, kind
    or None for every kind), its signatures in the order given, and the decision on it."""

    number: str
    present: dict[str, Any]
    versions: tuple[dict[str, Any], ...]
    covered: tuple[tuple[int, str, str, str | None], ...]
    signatures: tuple[Any, ...]
    decision: Decision

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to decide."""
        return self.decision.state in WAITING


def requests() -> list[Request]:
    """Every change request in scope: those that wait for a decision first, then the newest."""
    versions, signatures, covered = (_by(name, key) for name, key in TABLES)
    found = []
    for number, rows in versions.items():
        newest_first = tuple(sorted(rows, key=lambda row: -row["version"]))
        present = newest_first[0]
        signed = tuple(
            SimpleNamespace(**row) for row in signatures.get(number, ()) if row["subject_table"] == "change_request"
        )
        found.append(
            Request(
                number=str(number),
                present=present,
                versions=newest_first,
                covered=tuple(
                    (int(row["source_id"]), row["sprint_id"], row["work_item_id"], _or_none(row["change_kind"]))
                    for row in covered.get(present["id"], ())
                ),
                signatures=signed,
                decision=decision_on(present["content_sha256"], signed),  # type: ignore[arg-type]  # rows of a frame, not of the table
            )
        )
    found.sort(key=lambda one: one.present["created_at"], reverse=True)
    return sorted(found, key=lambda one: not one.is_waiting)


def answer(reader: Reader, listed: list[Request]) -> str:
    """How many requests wait for a decision, in a sentence."""
    waiting = sum(one.is_waiting for one in listed)
    if not waiting:
        return reader.t("No change request waits for a decision.")
    return reader.tn("{n} change request waits for a decision.", "{n} change requests wait for a decision.", waiting)


def requests_panel(reader: Reader, listed: list[Request]) -> None:
    """The list of change requests with their present state."""
    waiting = sum(one.is_waiting for one in listed)
    small = reader.t("{n} · {waiting} waiting for a decision", n=len(listed), waiting=waiting)
    with cards.panel(reader.t("Change requests of all teams"), small, key="churn-requests"):
        if not listed:
            screens.zero(reader, reader.t("no change request has been recorded yet"))
            return
        rows = pd.DataFrame([_row(reader, one) for one in listed])
        states = {code: reader.t(word) for code, word in REQUEST_STATE.items()}
        columns = [
            Column("number", reader.t("Request"), "item", title="title"),
            Column("state", reader.t("Decision"), "badge", words=states, colours=STATE_COLOURS),
            Column("decided", reader.t("By whom, when")),
            Column("impact", reader.t("Impact")),
            Column("covers", reader.t("Changes covered"), "number"),
            Column("asked", reader.t("Requested by")),
            Column("version", reader.t("Version"), "number"),
        ]
        item_table(rows, columns, reader, name=reader.t("Change requests of all teams"), key="churn.requests")


def request_panel(reader: Reader, one: Request) -> None:
    """One request in full: what it says, and each of its versions with the signature it carries."""
    present = one.present
    state = reader.t(REQUEST_STATE[one.decision.state])
    with cards.panel(f"{one.number} {present['title']}", state):
        facts = [(reader.t(word), text(present[name])) for name, word in FACTS.items()]
        facts[1] = (facts[1][0], impact(reader, present))
        facts.insert(2, (reader.t("Changes covered"), _covered(reader, one)))
        listed = [Markup("<dt>{}</dt><dd>{}</dd>").format(muted(name), safe(value)) for name, value in facts if value]
        cards.html(Markup('<dl class="fn-roles">{}</dl>').format(Markup("").join(listed)))
        columns = [
            Column("version", reader.t("Version"), "number"),
            Column("created_at", reader.t("When"), "instant"),
            Column("recorded_by", reader.t("Recorded by")),
            Column("title", reader.t("Title")),
            Column("impact_said", reader.t("Impact")),
            Column("signature", reader.t("Signature")),
        ]
        rows = pd.DataFrame(
            [
                {**row, "impact_said": impact(reader, row), "signature": _signed(reader, one, row)}
                for row in one.versions
            ]
        )
        item_table(rows, columns, reader, name=reader.t("Versions"), key="churn.versions")


def _covered(reader: Reader, one: Request) -> str:
    """What the request covers, item by item, each with the kind of change where it covers one kind alone."""
    items = linked.linked_items((source_id, item) for source_id, _, item, _ in one.covered)
    said = []
    for source_id, _, work_item_id, kind in one.covered:
        item = items.get((source_id, work_item_id))
        name = f"{item['key']} {text(item['title'])}".strip() if item else work_item_id
        said.append(f"{name} ({reader.t(CHANGE_KIND[kind])})" if kind in CHANGE_KIND else name)
    return "; ".join(said) or reader.t("none yet")


def impact(reader: Reader, row: dict[str, Any]) -> str:
    """The evaluated impact: words, points and days; empty where nobody evaluated it."""
    parts = [text(row["impact"])]
    points, days = row["impact_points"], row["impact_days"]
    if not pd.isna(points):
        parts.append(reader.tn("{n} point of effort", "{n} points of effort", float(points)))  # type: ignore[arg-type]  # may be halves
    if not pd.isna(days):
        parts.append(reader.tn("{n} day of delay", "{n} days of delay", float(days)))  # type: ignore[arg-type]  # may be halves
    return " · ".join(part for part in parts if part)


def text(value: object) -> str:
    """A text that may be missing."""
    return value if isinstance(value, str) else ""


def _by(table: str, key: str) -> dict[Any, list[dict[str, Any]]]:
    """The rows of a table in the order of their ids, under the value of a column."""
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(data.table(table)):
        found[row[key]].append({str(name): value for name, value in row.items()})
    return found


def _or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _row(reader: Reader, one: Request) -> dict[str, Any]:
    counting = one.decision.signature
    decided = f"{counting.signed_by}, {reader.instant(counting.signed_at)}" if counting else ""
    if one.decision.void:
        last = one.decision.void[-1]
        gone = reader.t("void: {who}, {at}", who=last.signed_by, at=last.signed_at)
        decided = f"{decided} · {gone}" if decided else gone
    return {
        "number": one.number,
        "title": one.present["title"],
        "state": one.decision.state,
        "decided": decided,
        "impact": impact(reader, one.present),
        "covers": len(one.covered),
        "asked": ", ".join(
            part for part in (text(one.present["requested_by"]), text(one.present["department"])) if part
        ),
        "version": int(one.present["version"]),
    }


def _signed(reader: Reader, one: Request, version: dict[str, Any]) -> str:
    """The signatures on a version, the last first; those on a version that was changed since are void."""
    is_present = version["content_sha256"] == one.present["content_sha256"]
    said = []
    for row in reversed(one.signatures):
        if row.content_sha256 != version["content_sha256"]:
            continue
        words = reader.t(
            "{decision} by {who}, {at}", decision=reader.t(DECISION[row.decision]), who=row.signed_by, at=row.signed_at
        )
        if text(row.remark):
            words += f" “{row.remark}”"
        said.append(
            words if is_present else reader.t("void, the content was changed since: {signature}", signature=words)
        )
    return " · ".join(said)
