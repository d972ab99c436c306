"""The audit log as it leaves the house: CSV or XLSX for people, in their language; JSON lines for programs, as it is kept."""

import json
from typing import Any

import pandas as pd

from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_audit import ACTION
from core.wording_subjects import subject_words
from reports.spreadsheet import csv_bytes, xlsx_bytes

MEDIA = ("csv", "xlsx", "jsonl")
HEADINGS = {
    "id": N_("Entry"),
    "at": N_("When"),
    "who": N_("Who did it"),
    "action": N_("What was done"),
    "code": N_("Action"),
    "subject": N_("To what"),
    "address": N_("From where"),
    "before": N_("Before"),
    "after": N_("After"),
}


def written(found: pd.DataFrame, media: str, reader: Reader) -> bytes:
    """The entries of a search as a file. Args: found, from store.audit_log; media, one of MEDIA."""
    if media == "jsonl":
        return "".join(_line(row) for row in rows_of(found)).encode("utf-8")
    headings = {name: reader.t(word) for name, word in HEADINGS.items()}
    told = found.assign(
        code=found["action"],
        action=[action_words(one, reader) for one in found["action"]],
        subject=[subject_words(row["action"], row["subject"], reader) for row in rows_of(found)],
        before=found["before"].map(_json),
        after=found["after"].map(_json),
    )
    if media == "csv":
        return csv_bytes(told, headings)
    return xlsx_bytes(told, headings, sheet=reader.t("Audit log"))


def action_words(code: str, reader: Reader) -> str:
    """What an action of the log is called; one that this program does not know keeps its code."""
    return reader.t(ACTION[code]) if code in ACTION else code


def _line(row: dict[Any, Any]) -> str:
    kept = {**row, "at": row["at"].isoformat(), "address": row["address"] if isinstance(row["address"], str) else None}
    return json.dumps(kept, ensure_ascii=False) + "\n"


def _json(held: Any) -> str | None:
    return json.dumps(held, ensure_ascii=False) if isinstance(held, dict) else None
