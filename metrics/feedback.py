"""What people said after launch: volume, satisfaction, and where each piece of feedback stands (R28)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from metrics.registry import INSTANT, metric, typed_frame

# At one instant (a sheet's bare dates) events count in the order in which a piece of feedback lives.
LIFE = {"reply": 0, "linked": 1, "corrected": 2, "resolved": 3, "confirmed": 4, "reopened": 5}
CORRECTABLE = ("received_at", "kind", "text", "csat", "nps", "submitted_by", "department", "project_key", "release")

STATES = ("open", "answered", "resolved", "confirmed")
UNRESOLVED = ("open", "answered")  # what every figure called `open` counts: not yet resolved, answered or not
COUNTS = ["received", "csat_n", "nps_n"]
SCORE_COLUMNS = {"csat": "float64", "csat_n": "int64", "nps": "float64", "nps_n": "int64"}
WEEK_COLUMNS = {"week": "datetime64[us]", "received": "int64", "open": "int64", **SCORE_COLUMNS}
STATE_COLUMNS = {
    "feedback_id": "int64",
    "received_at": INSTANT,
    "kind": "str",
    "department": "str",
    "state": "str",
    "first_reply_at": INSTANT,
    "resolved_at": INSTANT,
    "confirmed_at": INSTANT,
    "reopened_count": "int64",
}
KIND_COLUMNS = {
    "kind": "str",
    "received": "int64",
    "open": "int64",
    "waiting": "int64",
    "answered": "int64",
    "resolved": "int64",
    "confirmed": "int64",
    **SCORE_COLUMNS,
}


def scores(items: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """How much feedback each group holds, and how satisfied its people are.

    Args: items, one row per piece of feedback (csat 1-5, nps 0-10, null where not given); by, each row's group.
    Returns: one row per group, rising: received; csat, the share of 4 and 5 of the answers given; nps, the share of
    9-10 minus the share of 0-6, from -1 to 1 (the trade shows it times 100: the page's business); csat_n and nps_n, the
    answers given. Null without an answer. Rule: R28.
    """
    csat, nps = (items[name].astype("float64") for name in ("csat", "nps"))
    parts = pd.DataFrame(
        {
            "received": 1,
            "csat": csat.ge(4).astype("float64"),
            "csat_n": csat.notna().astype("int64"),
            "nps": nps.ge(9).astype("float64") - nps.le(6).astype("float64"),
            "nps_n": nps.notna().astype("int64"),
        },
        index=items.index,
    )
    summed = parts.groupby(by).sum()
    for name in ("csat", "nps"):
        summed[name] = summed[name] / summed[f"{name}_n"].where(summed[f"{name}_n"] > 0)
    return summed


def events_in_order(events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """The events no later than as-of, in the order in which they count: by instant, then by the life of feedback."""
    known = events[events["at"] <= pd.Timestamp(as_of)]
    known = known.assign(rank=known["kind"].map(LIFE))
    ties = [name for name in ("id", "external_id") if name in known]
    return known.sort_values(["feedback_id", "at", "rank", *ties], ignore_index=True).drop(columns="rank")


def apply_corrections(feedback: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """The feedback as corrected until as-of: field by field the latest correction counts.

    Args: feedback, one row per piece (feedback_id and any of CORRECTABLE); events, one row per event (feedback_id, at,
    kind, payload: the corrected fields); as_of, an aware instant.
    Returns: the same columns and dtypes by feedback_id; fields that feedback does not have are left out.
    """
    fixed = feedback.sort_values("feedback_id", ignore_index=True)
    ordered = events_in_order(events, as_of=as_of)
    latest: dict[str, dict[Any, Any]] = {}
    for event in ordered[ordered["kind"] == "corrected"].itertuples():
        payload: Any = event.payload
        for name, value in (payload or {}).items():
            if name in CORRECTABLE and name in fixed:
                latest.setdefault(name, {})[event.feedback_id] = value
    for name, values in latest.items():
        column = fixed[name].astype("object")
        is_corrected = fixed["feedback_id"].isin(values)
        column[is_corrected] = fixed.loc[is_corrected, "feedback_id"].map(values.get).astype("object")
        if name == "received_at":
            column = pd.to_datetime(column, utc=True)
        fixed[name] = column.astype(fixed[name].dtype)
    return fixed


def received(feedback: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """The feedback received until as-of, as corrected; see `apply_corrections`."""
    fixed = apply_corrections(feedback, events, as_of=as_of)
    return fixed[fixed["received_at"] <= pd.Timestamp(as_of)].reset_index(drop=True)


def example() -> Mapping[str, Any]:
    """Four pieces over three weeks: one confirmed, one reopened, one answered, one survey answer that was corrected."""
    days = pd.to_datetime(["2026-03-02T02:00Z", "2026-03-03T02:00Z", "2026-03-17T02:00Z", "2026-03-18T02:00Z"])
    told = [(1, 2, "reply"), (1, 3, "resolved"), (1, 4, "confirmed"), (2, 4, "resolved"), (2, 5, "reopened")]
    told += [(3, 18, "reply"), (4, 19, "corrected")]
    return {
        "feedback": pd.DataFrame(
            {
                "feedback_id": [1, 2, 3, 4],
                "received_at": days.as_unit("us"),
                "kind": ["bug", "bug", "idea", "survey"],
                "department": ["Operations", "Operations", "Finance", None],
                "csat": pd.array([2, None, None, 4], dtype="Int64"),
                "nps": pd.array([None, None, None, 9], dtype="Int64"),
            }
        ),
        "events": pd.DataFrame(
            {
                "id": range(1, 8),
                "feedback_id": [item for item, _, _ in told],
                "at": pd.to_datetime([f"2026-03-{day:02}T06:00Z" for _, day, _ in told]).as_unit("us"),
                "kind": [kind for _, _, kind in told],
                "is_human": True,
                "payload": [{"csat": 5} if kind == "corrected" else {} for _, _, kind in told],
            }
        ),
        "as_of": datetime.fromisoformat("2026-03-20T00:00:00+00:00"),
    }


def _weeks_example() -> Mapping[str, Any]:
    return {**example(), "zone": "Asia/Shanghai"}


@metric(
    name="feedback_state",
    title="State of feedback",
    description="Where each piece of feedback stands: open, answered, resolved or confirmed by its requester.",
    unit="pieces of feedback",
    grain="one row per piece of feedback",
    direction="none",
    rule="R29",
    source="Fortnight",
    columns=STATE_COLUMNS,
    example=example,
)
def feedback_state(feedback: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """Where each piece of feedback stands at an instant.

    The last of resolved, confirmed and reopened decides; without one, or after a reopening, it is answered once a human
    replied (after the reopening), else open.
    Args: feedback, one row per piece (feedback_id, received_at, kind, department); events, one row per event
    (feedback_id, at, kind, is_human, payload; id); as_of, aware.
    Returns: STATE_COLUMNS by feedback_id; first_reply_at is the first human reply, resolved_at and confirmed_at the last
    ones and null after a reopening; empty input gives no rows.
    """
    items = received(feedback, events, as_of=as_of)
    ordered = events_in_order(events, as_of=as_of)
    ordered["place"] = range(len(ordered))
    last_place = {
        kind: ordered[ordered["kind"] == kind].groupby("feedback_id")["place"].max()
        for kind in ("resolved", "confirmed", "reopened")
    }
    replies = ordered[(ordered["kind"] == "reply") & ordered["is_human"].astype("bool")]
    ids = items["feedback_id"]
    place = pd.DataFrame({kind: _looked_up(found, ids) for kind, found in last_place.items()}).fillna(-1)
    reply_place = _looked_up(replies.groupby("feedback_id")["place"].max(), ids).fillna(-1)
    is_closed = place[["resolved", "confirmed"]].max(axis=1) > place["reopened"]
    is_confirmed = is_closed & (place["confirmed"] > place["resolved"])
    state = np.select(
        [is_confirmed, is_closed, reply_place > place["reopened"]], ["confirmed", "resolved", "answered"], "open"
    )
    reopened = ordered[ordered["kind"] == "reopened"].groupby("feedback_id").size()
    rows = items.assign(
        state=state,
        first_reply_at=_looked_up(replies.groupby("feedback_id")["at"].min(), ids),
        resolved_at=_looked_up(ordered["at"], place["resolved"]).where(is_closed),
        confirmed_at=_looked_up(ordered["at"], place["confirmed"]).where(is_confirmed),
        reopened_count=_looked_up(reopened, ids).fillna(0),
    )
    return rows.reindex(columns=list(STATE_COLUMNS)).astype(STATE_COLUMNS)


@metric(
    name="feedback_weeks",
    title="Feedback per week",
    description="How much feedback came in each week, how much was still open at its end, and how satisfied people were.",
    unit="pieces; CSAT as a ratio, NPS from -1 to 1",
    grain="one row per week of the project's zone",
    direction="none",
    rule="R2, R28",
    source="Reichheld, The One Number You Need to Grow (NPS)",
    columns=WEEK_COLUMNS,
    example=_weeks_example,
)
def feedback_weeks(feedback: pd.DataFrame, events: pd.DataFrame, *, zone: str, as_of: datetime) -> pd.DataFrame:
    """Per week: received, open at the week's end, CSAT and NPS of what was received in it, each with its n.

    Args: feedback (feedback_id, received_at, kind, csat 1-5, nps 0-10) and events as in `feedback_state`; zone, IANA
    name of the project's zone in which weeks are cut; as_of, aware.
    Returns: WEEK_COLUMNS, `week` the Monday (a date, no zone), rising without gaps from the first week in which
    something was received to the last in which something was received, resolved, confirmed or reopened. `open` counts what is
    neither resolved nor confirmed at the end of Sunday, or at as-of in the present week. Empty input gives no rows.
    Rule: R2, R28.
    """
    items = received(feedback, events, as_of=as_of)
    if items.empty:
        return typed_frame([], WEEK_COLUMNS)
    changes = _open_changes(items, events, as_of=as_of)
    week_of = _mondays(items["received_at"], zone)
    weeks = pd.date_range(week_of.min(), _mondays(changes["at"], zone).max(), freq="7D")
    ends = (weeks + pd.Timedelta(days=7)).tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
    instants = changes["at"].to_numpy("datetime64[us]")
    before_end = np.searchsorted(instants, ends.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]"))
    still_open = np.concatenate(([0], changes["step"].cumsum().to_numpy()))[before_end]
    found = scores(items, week_of).reindex(weeks)
    found[COUNTS] = found[COUNTS].fillna(0)
    found = found.assign(week=weeks, open=still_open)
    return found.reset_index(drop=True)[list(WEEK_COLUMNS)].astype(WEEK_COLUMNS)


@metric(
    name="feedback_by_kind",
    title="Feedback by kind",
    description="What kind of feedback came in, how much of it is open (unanswered or answered), resolved and confirmed.",
    unit="pieces; CSAT as a ratio, NPS from -1 to 1",
    grain="one row per kind of feedback",
    direction="none",
    rule="R28",
    source="Fortnight",
    columns=KIND_COLUMNS,
    example=example,
)
def feedback_by_kind(feedback: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """Per kind: how many were received, how many stand in each state, CSAT and NPS with their n.

    Args: as in `feedback_weeks`. Returns: KIND_COLUMNS, the most frequent kind first, then by name; `open` counts what is
    not yet resolved, as in `feedback_weeks`: waiting (for an answer) + answered = open, and open + resolved + confirmed =
    received. Empty input gives no rows. Rule: R28.
    """
    items = received(feedback, events, as_of=as_of)
    states = feedback_state(feedback, events, as_of=as_of)["state"]  # the same pieces in the same order
    found = scores(items, items["kind"]).rename_axis("kind").reset_index()
    for name, counted in {**{one: (one,) for one in STATES}, "waiting": ("open",), "open": UNRESOLVED}.items():
        counts = items.loc[states.isin(counted), "kind"].value_counts()
        found[name] = _looked_up(counts, found["kind"]).fillna(0)
    found = found.sort_values(["received", "kind"], ascending=[False, True], ignore_index=True)
    return found[list(KIND_COLUMNS)].astype(KIND_COLUMNS)


def _looked_up(found: pd.Series, keys: pd.Series) -> pd.Series:
    """The found value of each key, null where there is none; its dtype stays even when nothing was found."""
    return found.reindex(keys).set_axis(keys.index)


def _mondays(at: pd.Series, zone: str) -> pd.Series:
    """The Monday of each instant's week in a zone, as a date without one."""
    local = at.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    mondays: pd.Series = local - pd.to_timedelta(local.dt.day_of_week, unit="D")
    return mondays


def _open_changes(items: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """When the number of open pieces steps up (received, reopened) or down (resolved or confirmed): at, step, rising."""
    ordered = events_in_order(events, as_of=as_of)
    toggles = ordered[ordered["kind"].isin(["resolved", "confirmed", "reopened"])]
    toggles = toggles.merge(items[["feedback_id", "received_at"]], on="feedback_id")
    is_closed = toggles["kind"].ne("reopened")
    was_closed = is_closed.groupby(toggles["feedback_id"]).shift(fill_value=False)
    # A confirmation after a resolution changes nothing; it still marks its week, with a step of nought.
    step = np.where(is_closed == was_closed, 0, np.where(is_closed, -1, 1))
    # Nothing is closed before it was received, whatever a sheet's dates say.
    at = toggles["at"].where(toggles["at"] > toggles["received_at"], toggles["received_at"])
    steps = pd.DataFrame({"at": at, "step": step})
    begun = pd.DataFrame({"at": items["received_at"], "step": 1})
    return pd.concat([begun, steps], ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
