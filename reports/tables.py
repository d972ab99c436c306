"""What `show` and `status` print for people: a payload (the very one that --json prints) as lines of text."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.sheets.fields import KIND_NAMES
from core.i18n import N_
from core.reader import NOT_KNOWN, Reader
from core.units import format_quantity
from core.wording import BUCKET, OUTCOME
from core.wording_actions import POLICY
from core.wording_kpi import ASSURANCE, FEEDBACK_KIND, LIMITS_STATE, SIGNAL
from reports.columns import pad, table, width

Payload = Mapping[str, Any]
LEDGER = {
    "committed": N_("Committed"),
    "added": N_("Added"),
    "carried": N_("Carried over"),
    "re_estimated": N_("Re-estimated"),
    "removed": N_("Removed"),
    "completed": N_("Completed"),
    "not_completed": N_("Not completed"),
    "completed_outside": N_("Completed outside"),
}
RATIOS = {
    "say_do": N_("Say/do"),
    "churn_gross": N_("Churn, gross"),
    "churn_net": N_("Churn, net"),
    "content_churn": N_("Content churn"),
}
CHANGES = {
    "detected": N_("Changes detected"),
    "evaluated": N_("Evaluated"),
    "signed": N_("Signed"),
    "waived": N_("Waived"),
    "unapproved": N_("Unapproved"),
}
BALANCE = {
    True: N_("The ledger balances."),
    False: N_("The ledger does not balance."),
    None: N_("Whether the ledger balances cannot be known."),
}
SPRINT_STATE = {"future": N_("not started"), "active": N_("running"), "closed": N_("ended")}
SEVERITY = {"error": N_("error"), "warning": N_("warning"), "info": N_("note")}
RUN_STATE = {
    "running": N_("running"),
    "done": N_("finished"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "undone": N_("undone"),
}
SOURCE_KIND = {"sheets": N_("spreadsheets"), "jira": N_("Jira"), "fortnight": N_("forms of this house")}
DIMENSION_OF = {"s": "duration", "ratio": "ratio", "CNY": "money"}  # the canonical units of R27; others are numbers


def sprint_lines(payload: Payload, reader: Reader) -> list[str]:
    """`show sprint`: what the sprint is, its ledger in points and counts, each item with its reason, the findings."""
    sprint = payload["sprint"]
    state = _word(SPRINT_STATE, sprint["state"], reader)
    lines = [reader.t("Sprint {name} ({state}), source {source}", name=_named(sprint), state=state,
                      source=payload["source"])]  # fmt: skip
    if sprint["goal"]:
        lines.append(reader.t("Goal: {goal}", goal=sprint["goal"]))
    lines += [
        reader.t("Started {started}, planned until {planned}, ended {ended}", started=_at(sprint["started_at"], reader),
                 planned=_at(sprint["planned_end_at"], reader), ended=_at(sprint["completed_at"], reader) if sprint["completed_at"] else reader.t("not yet")),
        reader.t("As of {at}, counted by policy {policy}: {words}", at=_at(payload["as_of"], reader),
                 policy=payload["policy"], words=_word(POLICY, payload["policy"], reader)),
        "",
        *table(
            ("", reader.t("Points"), reader.t("Items")),
            [(reader.t(word), _n(payload["points"][name], reader), _n(payload["counts"][name], reader))
             for name, word in LEDGER.items()],
            numeric=(1, 2),
        ),
        reader.t(BALANCE[payload["balances"]]),
        "",
        *_pairs([(reader.t(RATIOS[name]), reader.percent(value, 1)) for name, value in payload["ratios"].items()]),
    ]  # fmt: skip
    if payload["items"]:
        lines += ["", *_item_lines(payload["items"], reader)]
    return lines + _finding_lines(payload["findings"], reader)


def churn_lines(payload: Payload, reader: Reader) -> list[str]:
    """`show churn`: one line per sprint, then what became of the detected changes."""
    lines = [reader.t("No sprint has started yet.")]
    if payload["sprints"]:
        figures = ("committed", "added", "removed", "re_estimated")
        rates = ("churn_gross", "churn_net", "content_churn")
        lines = table(
            [reader.t("Source"), reader.t("Sprint"), *[reader.t(LEDGER[name]) for name in figures],
             *[reader.t(RATIOS[name]) for name in rates]],
            [[row["source"], _named({"id": row["sprint"], "name": row["name"]}),
              *[_n(row[name], reader) for name in figures], *[reader.percent(row[name], 1) for name in rates]]
             for row in payload["sprints"]],
            numeric=range(2, 9),
        )  # fmt: skip
    changes = [(reader.t(word), _n(payload["changes"][name], reader)) for name, word in CHANGES.items()]
    return [*lines, "", *_pairs(changes)]


def kpi_lines(payload: Sequence[Payload], reader: Reader, units: Sequence[str] = ()) -> list[str]:
    """`show kpi`: one line per KPI. Args: units, each KPI's unit as people write it, in the payload's order."""
    if not payload:
        return [reader.t("There is no KPI yet.")]
    headers = (
        N_("KPI"), N_("Baseline"), N_("Now"), N_("Target"), N_("Progress"), N_("Limits"), N_("Assurance"), N_("Signals"),
        N_("n"), N_("Measured"),
    )  # fmt: skip
    written = [*units, *[""] * (len(payload) - len(units))]
    rows = [_kpi_row(one, unit, reader) for one, unit in zip(payload, written, strict=True)]
    return table([reader.t(one) for one in headers], rows, numeric=(1, 2, 3, 4, 8))


def feedback_lines(payload: Payload, reader: Reader) -> list[str]:
    """`show feedback`: week by week, by kind, and how fast it is answered and resolved."""
    if not payload["weeks"]:
        return [reader.t("No feedback has come in yet.")]
    scores = ["CSAT", reader.t("answers"), "NPS", reader.t("answers")]
    flow = [reader.t("Received"), reader.t("Open")]
    weeks = [
        [reader.day(date.fromisoformat(row["week"]), with_year=True), *_flow(row, reader), *_scores(row, reader)]
        for row in payload["weeks"]
    ]
    kinds = [
        [_word(FEEDBACK_KIND, kind, reader), *_flow(row, reader), *_scores(row, reader)]
        for kind, row in payload["by_kind"].items()
    ]
    return [
        *table([reader.t("Week of"), *flow, *scores], weeks, numeric=range(1, 7)),
        "",
        *table([reader.t("Kind"), *flow, *scores], kinds, numeric=range(1, 7)),
        "",
        _times(N_("First response: median {median}, 90 % within {p90} of working time (n = {n})"),
               payload["first_response"], reader),
        _times(N_("Resolution: median {median}, 90 % within {p90} of working time (n = {n})"),
               payload["resolution"], reader),
        *(f"  {_finding_line(one, reader)}" for one in payload["findings"]),
    ]  # fmt: skip


def status_lines(payload: Payload, reader: Reader, runs: Sequence[Payload] = ()) -> list[str]:
    """`status`: how fresh the store is, what it holds, its last runs with the numbers that `undo` takes, findings."""
    filled = {name: count for name, count in payload["counts"].items() if count}
    lines = [
        reader.t("Fresh since {at}, schema {schema}", at=_at(payload["fresh_since"], reader), schema=payload["schema"]),
        "",
        *table(
            (reader.t("Table"), reader.t("Rows")), [(name, _n(n, reader)) for name, n in filled.items()], numeric=(1,)
        ),
    ]
    if empty := [name for name, count in payload["counts"].items() if not count]:
        lines.append(reader.t("No rows: {tables}", tables=", ".join(empty)))
    if runs:
        lines += ["", *run_lines(runs, reader)]
    return lines + _finding_lines(payload["findings"], reader)


def run_lines(runs: Sequence[Payload], reader: Reader) -> list[str]:
    """The last runs of connectors, newest first."""
    headers = (N_("Run"), N_("Source"), N_("Kind"), N_("State"), N_("Started"), N_("File"))
    rows = [
        (str(run["run_id"]), run["source"], _word(KIND_NAMES, run["sheet_kind"], reader),
         _word(RUN_STATE, run["state"], reader), _at(run["started_at"], reader), run["file_name"] or "")
        for run in runs
    ]  # fmt: skip
    return table([reader.t(one) for one in headers], rows, numeric=(0,))


def source_lines(payload: Sequence[Payload], reader: Reader) -> list[str]:
    """`sources`: one line per source of data."""
    if not payload:
        return [reader.t("There is no source yet.")]
    headers = (N_("Source"), N_("Kind"), N_("Policy"), N_("Sprints"), N_("Items"), N_("Fresh since"), "")
    rows = [
        (one["source"], _word(SOURCE_KIND, one["kind"], reader), one["policy"], _n(one["sprints"], reader),
         _n(one["items"], reader), _at(one["fresh_since"], reader), reader.t("sample") if one["is_sample"] else "")
        for one in payload
    ]  # fmt: skip
    return table([reader.t(one) if one else "" for one in headers], rows, numeric=(3, 4))


def _named(sprint: Payload) -> str:
    """A sprint's name, with its id where that is something else."""
    return sprint["name"] if sprint["name"] == sprint["id"] else f"{sprint['name']} [{sprint['id']}]"


def _item_lines(items: Sequence[Payload], reader: Reader) -> list[str]:
    """One line per item, and its reason below it."""
    headers = (N_("Key"), N_("Bucket"), N_("Outcome"), N_("At entry"), N_("At the end"), N_("Title"))
    rows = [
        (one["key"], _word(BUCKET, one["bucket"], reader), _word(OUTCOME, one["outcome"], reader),
         _n(one["initial_points"], reader), _n(one["final_points"], reader), one["title"])
        for one in items
    ]  # fmt: skip
    lines = table([reader.t(one) for one in headers], rows, numeric=(3, 4))
    reasons = [f"    {one['why']}" for one in items]
    return lines[:2] + [each for pair in zip(lines[2:], reasons, strict=True) for each in pair]


def _finding_lines(findings: Sequence[Payload], reader: Reader) -> list[str]:
    if not findings:
        return ["", reader.t("No findings in the data.")]
    head = reader.tn("{n} finding in the data", "{n} findings in the data", len(findings))
    return ["", head, *[f"  {_finding_line(one, reader)}" for one in findings]]


def _finding_line(one: Payload, reader: Reader) -> str:
    """How grave, found in which source, and the sentence."""
    source = f" [{one['source']}]" if one.get("source") else ""
    return f"{_word(SEVERITY, one['severity'], reader)}{source}: {one['text']}"


def _kpi_row(one: Payload, unit: str, reader: Reader) -> list[str]:
    head, slash, per = one["unit"].partition("/")
    dimension = DIMENSION_OF.get(head, "number")

    def shown(value: float | None) -> str:
        own = one["unit"] if dimension == "number" else unit or f"{slash}{per}"
        return format_quantity(reader, dimension, value, own)

    limits = one["limits"]
    span = _word(LIMITS_STATE, limits["state"], reader)
    if limits["lower"] is not None or limits["upper"] is not None:
        span = f"{shown(limits['lower'])} - {shown(limits['upper'])} ({span})"
    signals = [_word(SIGNAL, each["rule"] if isinstance(each, Mapping) else each, reader) for each in one["signals"]]
    return [
        one["kpi"], *[shown(one[name]) for name in ("baseline", "current", "target")],
        reader.percent(one["progress"], 1), span, _word(ASSURANCE, one["assurance"], reader),
        ", ".join(dict.fromkeys(signals)) or "-", _n(one["n"], reader), _at(one["measured_at"], reader),
    ]  # fmt: skip


def _flow(row: Payload, reader: Reader) -> list[str]:
    return [_n(row["received"], reader), _n(row["open"], reader)]


def _scores(row: Payload, reader: Reader) -> list[str]:
    """CSAT as a percentage, NPS from -100 to 100, each with its n (R28)."""
    nps = None if row["nps"] is None else row["nps"] * 100
    return [
        reader.percent(row["csat"], 1), _n(row["csat_n"], reader), reader.number(nps, 1), _n(row["nps_n"], reader)
    ]  # fmt: skip


def _times(message: str, times: Payload, reader: Reader) -> str:
    return reader.t(
        message,
        median=_working_time(times["median_seconds"], reader),
        p90=_working_time(times["p90_seconds"], reader),
        n=times["n"],
    )


def _working_time(seconds: float | None, reader: Reader) -> str:
    """Working time in hours from a day on: nobody could tell whether a day of it had 8 hours or 24."""
    if seconds is None or seconds < 86400:
        return reader.duration(seconds)
    return reader.t("{hours} h", hours=reader.number(seconds / 3600, 1))


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Names and values, the values below each other."""
    names, values = max(width(name) for name, _ in pairs), max(width(value) for _, value in pairs)
    return [f"{pad(name, names)}  {pad(value, values, is_right=True)}" for name, value in pairs]


def _word(words: Mapping[str, str], code: str | None, reader: Reader) -> str:
    """The word of a code; a code that has none stands for itself."""
    if code is None:
        return NOT_KNOWN[reader.lang]
    return reader.t(words[code]) if code in words else code


def _n(value: float | None, reader: Reader) -> str:
    return reader.number(value)


def _at(given: str | None, reader: Reader) -> str:
    return reader.instant(datetime.fromisoformat(given) if given else None, with_year=True)
