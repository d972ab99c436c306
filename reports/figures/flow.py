"""How a team's work flows, and when what is left will be done: the figures of the flow and forecast sections (R21, R22)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from core.actor import EVERYTHING, Scope
from core.errors import Invalid, NotFound
from core.i18n import Text
from core.plain import plain_text
from core.reader import Reader
from metrics import flow as flow_metrics
from metrics.finding import Finding
from metrics.flow import WONT_DO, cycle_percentiles, without_cycle
from metrics.forecast import HISTORY_DAYS, Forecast, forecast, forecast_backtest, kept_shares
from reports.figures.house import finding_entry, house_settings, source_named
from reports.figures.house import told as as_row
from reports.figures.plain import jsonable, records
from reports.figures.targets import Target, targets_of
from store import flow as flow_store
from store import frames

RECORD_DAYS = 364  # how far back throughput is read, for the back-test
WINDOW_DAYS = HISTORY_DAYS


@dataclass(frozen=True, eq=False)
class FlowFigures:
    """How a board's work flowed up to an instant.

    Args: items, one row per item (metrics.flow.FLOW_COLUMNS, `title`, `epic`, `fix_versions`) that is open or was finished
    within RECORD_DAYS; finished, those finished on the last WINDOW_DAYS whole days, as throughput counts them (R22);
    percentiles of their cycle times, share -> days; without, how many of what was closed on these days has no cycle time,
    by reason; ageing (metrics.flow.AGEING_COLUMNS and `title`);
    undated, items in progress whose start is not recorded; cumulative, day by day; throughput, the whole record, from the
    team's first finished item or sprint on; is_logged, whether the source has a history of statuses.
    """

    source_id: int
    board_id: str | None
    as_of: datetime
    zone: str
    is_logged: bool
    items: pd.DataFrame
    finished: pd.DataFrame
    percentiles: dict[float, float]
    without: dict[str, int]
    ageing: pd.DataFrame
    undated: int
    cumulative: pd.DataFrame
    throughput: pd.DataFrame

    @property
    def recent(self) -> pd.DataFrame:
        """The days that a forecast draws from: the last twelve weeks, or as many as there are."""
        return self.throughput.tail(HISTORY_DAYS)


@dataclass(frozen=True, eq=False)
class ForecastFigures:
    """When a target will be done. Args: targets to choose from; forecast; backtest (BACKTEST_COLUMNS); kept, share ->
    (periods that kept it, periods); findings, what of the target is not known for that day."""

    target: Target
    targets: tuple[Target, ...]
    forecast: Forecast
    backtest: pd.DataFrame
    kept: dict[float, tuple[int, int]]
    findings: tuple[Finding, ...] = ()


def flow_figures(
    session: frames.Reading, scope: Scope, source_id: int, board_id: str | None, *, as_of: datetime
) -> FlowFigures:
    """The flow of one board up to an instant. Returns: empty frames for a board without items. Rule: R21, R22."""
    zone = house_settings(session).zone
    sources = frames.sources(session).set_index("source_id")
    settings: Any = sources.at[source_id, "settings"]
    stated = flow_store.flow_facts(
        session, scope, source_id, board_id, since=as_of - timedelta(days=RECORD_DAYS),
        counts_subtasks=bool(settings.get("counts_subtasks", False)),
    )  # fmt: skip
    is_logged = not flow_store.has_stated(session, source_id)
    counted: dict[str, Any] = {
        "items": stated["items"],
        "moves": stated["moves"],
        "categories": _categories(session, source_id, board_id),
    }
    wont_do = frozenset(str(one).lower() for one in settings.get("wont_do", ())) or WONT_DO
    found = flow_metrics.flow(**counted, as_of=as_of, is_logged=is_logged, wont_do=wont_do)
    named = stated["items"][["work_item_id", "title", "epic", "fix_versions"]]
    found = found.merge(named, on="work_item_id", how="left")
    first, last = _record(session, source_id, board_id, found, as_of, zone)
    closed = _closed(found, last, zone)
    finished = closed[closed["without_cycle"].fillna("") != "wont_do"]
    open_ages = pd.concat([finished, found[found["age_days"].notna()]])
    return FlowFigures(
        source_id=source_id,
        board_id=board_id,
        as_of=as_of,
        zone=zone,
        is_logged=is_logged or bool(len(stated["moves"])),
        items=found,
        finished=finished.reset_index(drop=True),
        percentiles=cycle_percentiles(finished),
        without=without_cycle(closed),
        ageing=flow_metrics.ageing(open_ages).merge(named[["work_item_id", "title"]], on="work_item_id", how="left"),
        undated=int((found["state"].eq("in_progress") & found["age_days"].isna()).sum()),
        cumulative=flow_metrics.cumulative_flow(
            **counted, as_of=as_of, zone=zone, days=WINDOW_DAYS, is_logged=is_logged
        ),
        throughput=flow_metrics.throughput(found, first=first, last=last, zone=zone),
    )


def forecast_figures(
    session: frames.Reading, scope: Scope, flow: FlowFigures, *, target: str | None = None, until: date | None = None
) -> ForecastFigures:
    """When a target will be done, and how many items by a day (by default two weeks after as_of).

    Args: target, a Target's code; by default the first version, else epic, with items left, else the whole board.
    Raises: NotFound for a target that is none of the board's; Invalid where until is not after as_of. Rule: R22.
    """
    targets, findings = targets_of(session, scope, flow.source_id, flow.board_id, flow.items, as_of=flow.as_of)
    chosen = next((one for one in targets if one.code == target), None) if target else targets[0]
    if chosen is None:
        raise NotFound(
            Text("“{target}” is nothing that this team has open.", target=plain_text(target or "-")),
            next=Text("Known are: {names}.", names=", ".join(one.code for one in targets)),
        )
    today = flow.as_of.astimezone(ZoneInfo(flow.zone)).date()
    by = until or today + timedelta(days=14)
    if by <= today:
        raise Invalid(Text("A forecast needs a day to come; {day} is not after {today}.", day=by, today=today))
    backtest = forecast_backtest(flow.throughput)
    return ForecastFigures(
        chosen, tuple(targets), forecast(flow.recent, chosen.remaining, start=today, until=by), backtest,
        kept_shares(backtest), findings,
    )  # fmt: skip


def flow_payload(
    session: frames.Reading, scope: Scope, *, source: str | None = None, board: str | None = None, as_of: datetime
) -> list[dict[str, Any]]:
    """What `show flow --json` prints: one entry per board."""
    return [
        {
            "source": name,
            "board": label,
            "as_of": figures.as_of.isoformat(),
            "days": WINDOW_DAYS,
            "finished": len(figures.finished),
            "cycle_days": {f"{share:.0%}": jsonable(days) for share, days in figures.percentiles.items()},
            "n": int(figures.finished["cycle_days"].notna().sum()),
            "lead_days_median": jsonable(figures.finished["lead_days"].median()),
            "without_cycle": figures.without,
            "in_progress": records(figures.ageing, ("key", "age_days", "beyond")),
            "in_progress_undated": figures.undated,
            "throughput_per_week": jsonable(round(float(figures.recent["n"].mean() * 7), 2))
            if len(figures.recent)
            else None,
        }
        for name, label, figures in _every_board(session, scope, source, board, as_of)
    ]


def forecast_payload(
    session: frames.Reading,
    scope: Scope,
    reader: Reader,
    *,
    source: str | None = None,
    board: str | None = None,
    target: str | None = None,
    until: date | None = None,
    as_of: datetime,
) -> list[dict[str, Any]]:
    """What `show forecast --json` prints: one entry per board."""
    listed, missing = [], None
    for name, label, figures in _every_board(session, scope, source, board, as_of):
        try:
            told = forecast_figures(session, scope, figures, target=target, until=until)
        except NotFound as error:  # another team's version; told where no team has it
            missing = error
            continue
        listed.append(
            {
                "source": name,
                "board": label,
                "as_of": figures.as_of.isoformat(),
                "target": told.target.code,
                "state": told.forecast.state,
                "remaining": told.forecast.remaining,
                "history_days": told.forecast.days,
                "active_days": told.forecast.active_days,
                "finished_in_history": told.forecast.finished,
                "until": told.forecast.until.isoformat(),
                "shares": [
                    {
                        "share": row["share"],
                        "done_by": None if row["day"] is None else row["day"][:10],
                        "items_by_then": row["items"],
                    }
                    for row in records(told.forecast.frame)
                ],
                "backtest": {f"{share:.0%}": {"kept": kept, "n": n} for share, (kept, n) in told.kept.items()},
                "findings": [finding_entry(as_row(one), reader) for one in told.findings],
            }
        )
    if missing is not None and not listed:
        raise missing
    return listed


def _closed(items: pd.DataFrame, last: date, zone: str) -> pd.DataFrame:
    """What was closed on the last WINDOW_DAYS whole days: those that throughput is counted on (R22)."""
    begins, ends = (
        pd.Timestamp(day, tz=zone) for day in (last - timedelta(days=WINDOW_DAYS - 1), last + timedelta(days=1))
    )
    return items[(items["done_at"] >= begins) & (items["done_at"] < ends)]


def _every_board(
    session: frames.Reading, scope: Scope, source: str | None, board: str | None, as_of: datetime
) -> list[tuple[str, str, FlowFigures]]:
    source_id = None if source is None else source_named(session, source)
    names = frames.sources(session).set_index("source_id")["name"]
    found = [
        (str(names[one]), label, flow_figures(session, scope, one, board_id, as_of=as_of))
        for one, board_id, label in flow_store.every_board(session, scope)
        if source_id in (None, one) and board in (None, board_id, label)
    ]
    if not found and board is not None:
        raise NotFound(
            Text("There is no board {board}.", board=plain_text(board)),
            next=Text(
                "Known are: {names}.", names=", ".join(label for _, _, label in flow_store.every_board(session, scope))
            ),
        )
    return found


def _categories(session: frames.Reading, source_id: int, board_id: str | None) -> dict[str, str]:
    """Status id -> category as the board counts: its last column is done, whatever the category says (R8)."""
    statuses, every = frames.statuses(session, source_id), frames.boards(session, EVERYTHING)
    board = every[(every["source_id"] == source_id) & (every["board_id"] == board_id)] if board_id else every[:0]
    columns = board["columns"].iloc[0] if len(board) else []
    mapped = {status for column in columns for status in column["statuses"]}
    done = set(columns[-1]["statuses"]) if columns else set()
    done |= set(statuses.loc[statuses["category"] == "done", "status_id"]) - mapped
    known = dict(zip(statuses["status_id"], statuses["category"], strict=True))
    return {
        status: "done" if status in done else "in_progress" if category == "done" else category
        for status, category in known.items()
    }


def _record(
    session: frames.Reading, source_id: int, board_id: str | None, items: pd.DataFrame, as_of: datetime, zone: str
) -> tuple[date, date]:
    """The days of throughput that are on record: from the team's first sprint or finished item, a year at most."""
    begun = frames.sprints(session, EVERYTHING, source_id=source_id)
    mine = begun[begun["board_id"].isna()] if board_id is None else begun[begun["board_id"] == board_id]
    firsts = [one for one in (mine["started_at"].min(), items["done_at"].min()) if not pd.isna(one)]
    # a day that is not over yet is no quiet day: the record ends with the last whole one
    last = (as_of + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    if not firsts:
        return last, last
    first = min(min(firsts).astimezone(ZoneInfo(zone)).date(), last)
    return max(first, last - timedelta(days=RECORD_DAYS - 1)), last
