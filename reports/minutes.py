"""The minutes of a demo: headline, ledger, verdicts, the room's remarks, decisions, action items, the next sprint."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.config import Config
from core.errors import NotFound
from core.i18n import Text
from core.reader import Reader
from core.rows import rows_of
from core.wording import BUCKET, OUTCOME
from core.wording_actions import POLICY, VERDICT
from core.wording_actors import actor_words
from core.wording_demo import NOTE_STATE, REACTION
from metrics.forecast import Forecast
from metrics.sprints import velocity
from reports import blocks
from reports.demo_pictures import Shown, picture_section, pictures_of
from reports.figures.flow import flow_figures, forecast_figures
from reports.figures.plain import jsonable
from reports.figures.sprint import SprintFigures, sprint_figures
from reports.paper import Bullets, Document, Paragraph, Section, Table
from reports.sprint_words import came_in, default_unit, delivered
from store import demos as demo_store
from store import frames

MOST_LISTED = 400  # items of a demo; of a longer one those with a verdict are listed, and how many the others are


@dataclass(frozen=True, eq=False)
class DemoFigures:
    """Everything that the minutes of a demo say.

    Args: demo, the row of store.demos.demos; sprint, its figures; notes and reactions, the frames of store.demos;
    followed, action items of the team's earlier demos as they stand now; velocity, the mean and of how many sprints;
    forecast, of the team's next two weeks; fresh_since, how old the data is; pictures, what was shown with its items.
    """

    demo: dict[str, Any]
    sprint: SprintFigures
    notes: pd.DataFrame
    reactions: pd.DataFrame
    followed: pd.DataFrame
    velocity: tuple[float | None, int]
    forecast: Forecast | None
    fresh_since: datetime | None
    pictures: tuple[Shown, ...] = ()


def demo_figures(
    session: frames.Reading, scope: Scope, demo_id: int, *, config: Config, as_of: datetime
) -> DemoFigures:
    """The figures of one demo. Args: config, where its pictures lie.

    Raises: NotFound where there is none, or its sprint may not be seen.
    """
    every = {int(row["demo_id"]): row for row in rows_of(demo_store.demos(session))}
    if demo_id not in every:
        raise NotFound(Text("There is no demo {id}.", id=str(demo_id)))
    demo = {str(name): value for name, value in every[demo_id].items()}
    source_id, sprint_id = int(demo["source_id"]), str(demo["sprint_id"])
    figures = sprint_figures(session, scope, source_id, sprint_id)
    board_id = figures.sprint["board_id"] if isinstance(figures.sprint["board_id"], str) else None
    sprints = frames.sprints(session, scope, source_id=source_id)
    mine = sprints[sprints["board_id"] == board_id] if board_id else sprints[sprints["board_id"].isna()]
    ids = set(mine["sprint_id"])
    earlier = [
        number for number, row in every.items()
        if number < demo_id and int(row["source_id"]) == source_id and row["sprint_id"] in ids
    ]  # fmt: skip
    flow = flow_figures(session, scope, source_id, board_id, as_of=as_of)
    notes = demo_store.standing_notes(session, earlier)
    return DemoFigures(
        demo=demo,
        sprint=figures,
        notes=demo_store.standing_notes(session, [demo_id]),
        reactions=demo_store.reactions(session, demo_id),
        followed=notes[notes["kind"] == "action"].reset_index(drop=True),
        velocity=_velocity(session, scope, source_id, board_id, _until(mine, figures), default_unit(figures)),
        forecast=forecast_figures(session, scope, flow).forecast,
        fresh_since=frames.fresh_since(session),
        pictures=pictures_of(session, config, source_id, sprint_id, demo["order"]),
    )


def _until(sprints: pd.DataFrame, figures: SprintFigures) -> pd.DataFrame:
    """A board's sprints up to the one that is shown: minutes made later do not count what came after it (R20)."""
    begun = figures.sprint["started_at"]
    return sprints if pd.isna(begun) else sprints[sprints["started_at"] <= begun]


def _velocity(
    session: frames.Reading, scope: Scope, source_id: int, board_id: str | None, sprints: pd.DataFrame, unit: str
) -> tuple[float | None, int]:
    totals = frames.totals(session, scope, source_id=source_id, sprint_ids=sprints["sprint_id"].tolist())
    found = velocity(totals, sprints)
    of_board = found["board_id"].isna() if board_id is None else found["board_id"] == board_id
    mine = found[of_board & (found["unit"] == {"points": "points", "counts": "count"}[unit])]
    return (jsonable(mine["velocity"].iloc[0]), int(mine["n"].iloc[0])) if len(mine) else (None, 0)


def minutes(figures: DemoFigures, reader: Reader, *, made_by: str, made_at: datetime) -> Document:
    """The minutes in the reader's language; every figure is the page's own."""
    sprint, unit = figures.sprint, default_unit(figures.sprint)
    gap = "" if reader.lang == "zh" else " "
    team = sprint.sprint["board_name"] if isinstance(sprint.sprint["board_name"], str) else sprint.source
    held = figures.demo["started_at"]
    policy = f"{sprint.policy} ({reader.t(POLICY[sprint.policy])})"
    since = figures.fresh_since
    age = reader.t("data from {at}", at=reader.instant(since, with_year=True)) if since else reader.t("no data yet")
    rules = reader.t("Counted by the rules R1, R3, R9-R17, R20, R22")
    return Document(
        title=reader.t("Demo minutes"),
        headline=gap.join([delivered(reader, sprint, unit), *came_in(reader, sprint, unit)]),
        subtitle=f"{team} · {sprint.sprint['name']} · {reader.instant(held, with_year=True)}",
        lang=reader.lang,
        sections=(
            blocks.ledger(reader, sprint),
            blocks.goal(reader, sprint),
            _verdicts(reader, figures),
            *([picture_section(reader, figures.pictures, _titles(figures))] if figures.pictures else []),
            _remarks(reader, figures),
            _notes(reader, figures),
            _followed(reader, figures),
            blocks.outlook(reader, figures.forecast, figures.velocity, unit),
        ),
        footer=" · ".join([rules, reader.t("policy {name}", name=policy), age]),
        made=reader.t(
            "Made {at} by {name}.", at=reader.instant(made_at, with_year=True), name=actor_words(made_by, reader)
        ),
    )


def _titles(figures: DemoFigures) -> dict[str, str]:
    return {
        str(row["work_item_id"]): f"{row['key']} {_word(row['title'])}".strip() for row in rows_of(figures.sprint.items)
    }


def _verdicts(reader: Reader, figures: DemoFigures) -> Section:
    items = {str(row["work_item_id"]): row for row in rows_of(figures.sprint.items)}
    order = [one for one in figures.demo["order"] if one in items]
    order += [one for one, row in items.items() if one not in order and isinstance(row["verdict"], str)]
    listed = order
    if len(order) > MOST_LISTED:
        listed = [one for one in order if isinstance(items[one]["verdict"], str)]
    rows = []
    for one in listed:
        row = items[one]
        points = row["final_points"]
        rows.append(
            (
                str(row["key"]),
                _word(row["title"]),
                reader.number(None if pd.isna(points) else points),
                " · ".join(part for part in (_of(reader, BUCKET, row["bucket"]), _of(reader, OUTCOME, row["outcome"])) if part),
                _of(reader, VERDICT, row["verdict"]) or reader.t("no verdict"),
                " · ".join(part for part in (_word(row["decided_by"]), _word(row["remark"])) if part),
            )
        )  # fmt: skip
    counts = Counter(row[4] for row in rows)
    summary = ("，" if reader.lang == "zh" else ", ").join(f"{word} {n}" for word, n in counts.most_common())
    headers = (
        reader.t("Key"), reader.t("Title"), reader.t("Points"), reader.t("Outcome"), reader.t("Verdict"), reader.t("Who, and why")
    )  # fmt: skip
    empty = reader.t("No item was given a verdict.") if order else reader.t("Nothing was shown.")
    table = Table(headers, tuple(rows), frozenset({2}), (1, 3, 0.7, 1.5, 1.2, 2), empty)
    blocks: list[Paragraph | Table] = [Paragraph(summary, "quiet")] if rows else []
    if len(listed) < len(order):
        said = reader.tn(
            "{n} further item has no verdict and is not listed.",
            "{n} further items have no verdict and are not listed.",
            len(order) - len(listed),
        )
        blocks.append(Paragraph(said))
    return Section(reader.t("What was shown, and decided"), (*blocks, table))


def _remarks(reader: Reader, figures: DemoFigures) -> Section:
    items = {str(row["work_item_id"]): row for row in rows_of(figures.sprint.items)}
    rows = []
    spoken_of = set(figures.reactions["work_item_id"])
    for one in (item for item in figures.demo["order"] if item in spoken_of):
        here = figures.reactions[figures.reactions["work_item_id"] == one]
        latest = here.dropna(subset=["reaction"]).drop_duplicates("guest", keep="last")
        counts = Counter(latest["reaction"].tolist())
        said = [f"{reader.t(word)} {counts[code]}" for code, word in REACTION.items() if counts[code]]
        key = str(items[one]["key"]) if one in items else one
        rows.append((key, " · ".join(said), ""))
        rows += [
            (key, _word(row["guest_name"]), str(row["remark"]))
            for row in rows_of(here)
            if isinstance(row["remark"], str)
        ]
    people = figures.reactions["guest"].nunique()
    headers = (reader.t("Key"), reader.t("From"), reader.t("What was said"))
    table = Table(
        headers, tuple(rows), frozenset(), (1, 1.6, 4), reader.t("Nobody in the room said anything by phone.")
    )
    title = reader.t("From the room")
    n = reader.tn("{n} person", "{n} people", people)
    return Section(title, (Paragraph(n, "quiet"), table) if rows else (table,))


def _notes(reader: Reader, figures: DemoFigures) -> Section:
    decisions = figures.notes[figures.notes["kind"] == "decision"]["text"].tolist()
    actions = figures.notes[figures.notes["kind"] == "action"]
    return Section(
        reader.t("Decisions and action items"),
        (
            Bullets(tuple(decisions)) if decisions else Paragraph(reader.t("No decision was written down."), "quiet"),
            _actions(reader, actions, reader.t("No action item was written down.")),
        ),
    )


def _followed(reader: Reader, figures: DemoFigures) -> Section:
    return Section(
        reader.t("Action items from before"),
        (_actions(reader, figures.followed, reader.t("No earlier demo left an action item.")),),
    )


def _actions(reader: Reader, actions: pd.DataFrame, empty: str) -> Table:
    rows = tuple(
        (
            str(row["text"]),
            _word(row["owner"]),
            reader.day(row["due_on"], with_year=True) if not pd.isna(row["due_on"]) else "",
            reader.t(NOTE_STATE[str(row["state"])]),
        )
        for row in rows_of(actions)
    )
    headers = (reader.t("What is to be done"), reader.t("Owner"), reader.t("Due"), reader.t("State"))
    return Table(headers, rows, frozenset(), (4, 1.4, 1.2, 1), empty)


def _of(reader: Reader, words: dict[str, str], code: object) -> str:
    return reader.t(words[code]) if isinstance(code, str) and code in words else ""


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
