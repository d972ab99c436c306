"""The house's settings, sources and runs, and the words of what was found in its data."""

from typing import Any

import pandas as pd

from core.errors import NotFound
from core.house import HouseSettings, house_from
from core.i18n import Text, unpacked
from core.plain import plain_text
from core.reader import Reader
from core.wording_flow import FLOW_FINDING
from core.wording_jira import JIRA_FINDING
from core.wording_kpi import RESPONSE_FINDING, response_finding_text
from core.wording_ledger import LEDGER_FINDING, ledger_finding_text
from core.wording_quality import QUALITY_FINDING
from core.wording_sheets import SHEET_FINDING, problem_text
from core.wording_sync import SYNC_FINDING
from metrics.finding import Finding
from reports.figures.plain import jsonable, records
from store import frames


def house_settings(session: frames.Reading) -> HouseSettings:
    """The settings of the house as stored; defaults where nothing was chosen."""
    return house_from(frames.stored_settings(session))


def recent_runs(session: frames.Reading, limit: int = 20) -> list[dict[str, Any]]:
    """The last runs of connectors, newest first: run_id, source, file_name, sheet_kind, state, started_at."""
    names = ("run_id", "source", "file_name", "sheet_kind", "state", "started_at")
    return records(frames.runs(session, limit=limit), names)


def source_figures(session: frames.Reading) -> list[dict[str, Any]]:
    """One entry per source for `sources --json`: source, kind, is_sample, sprints, items, fresh_since, policy."""
    names = ("source", "kind", "is_sample", "sprints", "items", "fresh_since", "policy")
    return records(frames.source_overview(session), names)


def source_named(session: frames.Reading, name: str) -> int:
    """The id of the source of this name. Raises: NotFound, listing those there are."""
    known = dict(zip(*(frames.sources(session)[column] for column in ("name", "source_id")), strict=True))
    if name not in known:
        raise NotFound(
            Text("There is no source “{name}”.", name=plain_text(name)),
            next=Text("Known are: {names}.", names=", ".join(known) or "-"),
        )
    return int(known[name])


def told(finding: Finding) -> dict[str, Any]:
    """A metric's own finding as a row of the finding table says it."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "subject_label": finding.subject_label,
        "params": finding.params,
    }


def finding_entry(row: dict[Any, Any], reader: Reader) -> dict[str, Any]:
    """A finding as the shell prints it: code, severity, what it is about, its sentence in the reader's language."""
    return {
        "code": row["code"],
        "severity": row["severity"],
        "subject": row["subject_label"],
        "params": jsonable(row["params"]),
        "text": reader.say(finding_text(row["code"], row["subject_label"], row["params"])),
    }


def finding_text(code: str, label: str, params: dict[str, Any]) -> Text:
    """The sentence of any finding: of the ledger, of data quality, or of an import (which brings its own words)."""
    if code in LEDGER_FINDING:
        return ledger_finding_text(code, params)
    if code in FLOW_FINDING:
        return Text(FLOW_FINDING[code])
    if code in RESPONSE_FINDING:
        return response_finding_text(code, label, params)
    if code in QUALITY_FINDING:
        return Text(QUALITY_FINDING[code], **{"label": label, **params})
    if code in JIRA_FINDING:
        return Text(JIRA_FINDING[code], **{"label": label, **params})
    if code in SYNC_FINDING:
        return Text(SYNC_FINDING[code], label=label, why=unpacked(params.get("why", "")))
    if code in SHEET_FINDING:
        return Text(SHEET_FINDING[code], label=label, found=params.get("found", ""))
    accepted = unpacked(params["accepted"]) if "accepted" in params else ""
    return problem_text(params.get("sheet", "-"), params.get("cell", ""), params.get("found", ""), accepted)


def ranked_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with errors first, then warnings and notes; within each by kind and subject."""
    rank = findings["severity"].map({"error": 0, "warning": 1, "info": 2})
    return (
        findings.assign(rank=rank)
        .sort_values(["rank", "code", "subject_label"], ignore_index=True)
        .drop(columns="rank")
    )


def finding_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """How often each kind of finding occurs: severity, code, n; errors first, then by number."""
    order = {"error": 0, "warning": 1, "info": 2}
    counted = findings.groupby(["severity", "code"]).size().rename("n").reset_index()
    counted["rank"] = counted["severity"].map(order)
    return counted.sort_values(["rank", "n"], ascending=[True, False]).drop(columns="rank").reset_index(drop=True)
