"""What `show flow` and `show forecast` print for people: the payload that --json prints, as lines of text."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.i18n import N_
from core.reader import Reader
from reports.columns import table

Payload = Mapping[str, Any]
STATE = {
    "ready": N_("{remaining} items left of {target}; drawn from {days} days in which {finished} items were finished."),
    "nothing_left": N_("Nothing is left of {target}."),
    "not_enough_history": N_("Not enough history for a forecast of {target}: {active} days with something finished."),
}


def flow_lines(payload: Sequence[Payload], reader: Reader) -> list[str]:
    """`show flow`: one line per board, then the work in progress of each, the oldest first."""
    if not payload:
        return [reader.t("There is no board yet.")]
    headers = [reader.t(word) for word in (
        N_("Source"), N_("Board"), N_("Finished"), N_("Cycle time 50 %"), N_("85 %"), N_("95 %"), N_("n"), N_("Per week"),
    )]  # fmt: skip
    rows = [
        [one["source"], one["board"], reader.number(one["finished"]),
         *[_days(one["cycle_days"].get(share), reader) for share in ("50%", "85%", "95%")], reader.number(one["n"]),
         reader.number(one["throughput_per_week"])]
        for one in payload
    ]  # fmt: skip
    lines = table(headers, rows, numeric=range(2, 8))
    for one in payload:
        reasons = one["without_cycle"]
        lines += [
            "",
            reader.t(
                "{board}, last {days} whole days: without a cycle time {straight} straight to done, {wont} not done, {unknown} not "
                "recorded.", board=one["board"], days=one["days"], straight=reasons["straight_to_done"],
                wont=reasons["wont_do"], unknown=reasons["not_recorded"],
            ),
            reader.t("In progress: {n}, with unknown start: {undated}", n=len(one["in_progress"]), undated=one["in_progress_undated"]),
            *[f"  {row['key']}  {_days(row['age_days'], reader)}" for row in one["in_progress"][:20]],
        ]  # fmt: skip
    return lines


def forecast_lines(payload: Sequence[Payload], reader: Reader) -> list[str]:
    """`show forecast`: for each board what is left, when it is done, how many by a day, and how such promises were kept."""
    if not payload:
        return [reader.t("There is no board yet.")]
    lines: list[str] = []
    for one in payload:
        lines += ["" for _ in lines[:1]]
        lines += [
            f"{one['source']} · {one['board']}",
            reader.t(STATE[one["state"]], remaining=one["remaining"], target=one["target"], days=one["history_days"],
                     finished=one["finished_in_history"], active=one["active_days"]),
        ]  # fmt: skip
        if one["shares"]:
            headers = [
                reader.t("Certainty"), reader.t("All done by"),
                reader.t("Items finished by {day}", day=reader.day(date.fromisoformat(one["until"]))), reader.t("Kept in the past"),
            ]  # fmt: skip
            lines += table(headers, [_share(row, one["backtest"], reader) for row in one["shares"]], numeric=(2,))
        lines += [found["text"] for found in one["findings"]]
    return lines


def _share(row: Payload, backtest: Mapping[str, Payload], reader: Reader) -> list[str]:
    day = reader.day(date.fromisoformat(row["done_by"]), with_year=True) if row["done_by"] else reader.number(None)
    kept = backtest.get(f"{row['share']:.0%}")
    told = reader.t("{kept} of {n}", kept=kept["kept"], n=kept["n"]) if kept else reader.number(None)
    return [reader.percent(row["share"]), day, reader.number(row["items_by_then"]), told]


def _days(days: float | None, reader: Reader) -> str:
    return reader.number(None) if days is None else reader.t("{n} d", n=reader.number(days, 1))
