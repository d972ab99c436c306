"""What a sync did, as `sync` prints it: state, requests, rows by table, skipped records with reasons, seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.replay import Reparsed
from actions.sync import SyncOutcome
from actions.sync_state import STAGES
from core.i18n import N_
from core.reader import Reader

SHOWN = 20  # skipped records that are listed; --json lists them all
STATE = {
    "done": N_("{source}: synced in {seconds} s with {requests} requests."),
    "cancelled": N_("{source}: cancelled after {seconds} s and {requests} requests; what came in is kept."),
    "failed": N_("{source}: failed after {seconds} s and {requests} requests; the last good figures stand."),
    "busy": N_("{source}: another sync of it is running; this one did nothing."),
}


def outcome_payload(outcome: SyncOutcome, who: Reader) -> dict[str, Any]:
    """An outcome as JSON prints it."""
    return {
        "source": outcome.source,
        "state": outcome.state,
        "run": outcome.run_id,
        "requests": outcome.requests,
        "rows": {table: dict(count) for table, count in outcome.rows.items()},
        "skipped": [
            {"stream": one.stream, "id": one.external_id, "label": one.label, "why": who.say(one.why)}
            for one in outcome.skipped
        ],
        "seconds": round(outcome.seconds, 3),
        "fresh_since": None if outcome.fresh_since is None else outcome.fresh_since.isoformat(),
        "error": None if outcome.error is None else outcome.error.say(who),
    }


def outcome_lines(outcome: SyncOutcome, who: Reader) -> list[str]:
    """An outcome as people read it."""
    seconds = f"{outcome.seconds:.1f}"
    lines = [who.t(STATE[outcome.state], source=outcome.source, seconds=seconds, requests=outcome.requests)]
    lines += _row_lines(outcome.rows, who)
    lines += [
        who.t("  skipped {label} ({stream}): {why}", label=one.label or one.external_id, stream=one.stream, why=one.why)
        for one in outcome.skipped[:SHOWN]
    ]
    if len(outcome.skipped) > SHOWN:
        lines.append(who.t("... and {n} more; --json lists them all.", n=len(outcome.skipped) - SHOWN))
    if outcome.fresh_since is not None:
        lines.append(who.t("  fresh since {at}", at=outcome.fresh_since))
    return lines


def _row_lines(rows: Mapping[str, Mapping[str, int]], who: Reader) -> Sequence[str]:
    return [
        who.t("  {table}: {added} added, {changed} changed, {unchanged} unchanged", table=table, **count)
        for table, count in rows.items()
    ]


def reparsed_payload(done: Reparsed) -> dict[str, Any]:
    """What parsing anew did, as JSON prints it."""
    return {"source": done.source, "rows": done.rows, "skipped": done.skipped}


def reparsed_lines(done: Reparsed, who: Reader) -> list[str]:
    """What parsing anew did, as people read it."""
    first = who.t("{source}: parsed anew; {n} records could not be parsed.", source=done.source, n=done.skipped)
    return [first, *_row_lines(done.rows, who)]


def progress_line(told: Mapping[str, Any], who: Reader) -> str:
    """How far a sync is, in one line: what is being read, how many of how many, how fast, how long still."""
    stage = who.t(STAGES[told["stage"]]) if told["stage"] in STAGES else str(told["stage"])
    parts = [who.t("{stage}: {done} of {total}", stage=stage, done=told["done"], total=told["total"])
             if told["total"] is not None else who.t("{stage}: {done}", stage=stage, done=told["done"])]  # fmt: skip
    if told["rate"] is not None:
        parts.append(who.t("{rate} a second", rate=told["rate"]))
    if told["seconds_left"] is not None:
        parts.append(who.t("about {seconds} s left", seconds=told["seconds_left"]))
    return " · ".join(parts)
