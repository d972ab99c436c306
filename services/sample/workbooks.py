"""The sample story as spreadsheets, written the way people keep them: some with English headers, some with Chinese ones.

Headers come from the connector's own catalogue of fields, so that the files always go through the real import.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from connectors.sheets.fields import fields_of
from services.sample import kpis
from services.sample.cast import FULFILMENT, INTAKE, PROJECT, Team
from services.sample.demos import Decided, verdicts
from services.sample.feedback import voices
from services.sample.plot import tell
from services.sample.story import Event, Row, Story

SOURCE = "sample"
INSTANT = "yyyy-mm-dd hh:mm:ss"
Record = dict[str, Any]

# The closed list as the Chinese sheet writes it.
VERDICTS = {"accepted": "通过", "accepted_with_changes": "修改后通过", "rejected": "不通过", "not_shown": "未演示"}


@dataclass(frozen=True)
class SampleFile:
    """A spreadsheet of the sample workspace, the source it is imported under, and its kind."""

    path: Path
    source_name: str
    kind: str


def generate(folder: Path, *, anchor: date) -> list[SampleFile]:
    """Write the sample workspace's spreadsheets; the same anchor gives byte-identical files.

    Args: folder, where to write (made where missing); anchor, the day the story ends.
    Returns: the files in the order in which they are to be imported.
    """
    folder.mkdir(parents=True, exist_ok=True)
    story = tell(anchor)
    sheets: tuple[tuple[str, str, str, Iterable[Record]], ...] = (
        ("intake-backlog.xlsx", "backlog", "en", (_backlog(row, story) for row in _rows(story, INTAKE))),
        ("履约组迭代清单.xlsx", "backlog", "zh", (_backlog(row, story) for row in _rows(story, FULFILMENT))),
        (
            "change-log.xlsx",
            "change_log",
            "en",
            (_change(event, story.by_key[event.key].team) for event in story.events),
        ),
        ("双周演示结论.xlsx", "demo", "zh", map(_demo, verdicts(story))),
        ("kpis.xlsx", "kpi", "en", _kpis(story)),
        ("指标数据.xlsx", "kpi_measurement", "zh", map(_measurement, kpis.measurements(story.timeline))),
        ("feedback.xlsx", "feedback", "en", (vars(voice) | {"project": PROJECT} for voice in voices(story))),
    )
    written = []
    for name, kind, lang, records in sheets:
        _write(folder / name, kind, lang, list(records), story)
        written.append(SampleFile(path=folder / name, source_name=SOURCE, kind=kind))
    return written


def _write(path: Path, kind: str, lang: str, records: list[Record], story: Story) -> None:
    """One workbook with one sheet: the fields the records speak of, in the catalogue's order."""
    fields = [field for name, field in fields_of(kind).items() if any(name in record for record in records)]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        # Without a fixed instant the file would carry the clock's.
        book.set_properties({"title": "Fortnight sample", "created": story.timeline.cut})
        sheet = book.add_worksheet("Sheet1" if lang == "en" else "工作表1")
        bold, instant = book.add_format({"bold": True}), book.add_format({"num_format": INSTANT})
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(fields):
            sheet.write_string(0, column, field.header(lang), bold)
            sheet.set_column(column, column, 36 if field.name in ("title", "description", "text") else 18)
        for line, record in enumerate(records, start=1):
            for column, field in enumerate(fields):
                value = record.get(field.name)
                if isinstance(value, datetime):
                    sheet.write_datetime(line, column, value, instant)
                elif isinstance(value, int | float):
                    sheet.write_number(line, column, value)
                elif value is not None:
                    sheet.write_string(line, column, str(value))


def _rows(story: Story, team: Team) -> list[Row]:
    return [row for row in story.rows if row.item.team is team]


def _backlog(row: Row, story: Story) -> Record:
    item, stay, sprint, team = row.item, row.stay, row.stay.sprint, row.item.team
    resolution = team.resolution if row.done_at and item.has_resolution else None
    return {
        "key": item.key,
        "title": story.now(item.key, "title"),
        "sprint": sprint.name,
        "project": PROJECT,
        "team": team.name,
        "type": team.types[item.type],
        "status": team.statuses[row.status],
        "status_category": _category(row.status, team),
        "priority": story.now(item.key, "priority"),
        "estimate": row.final,
        "initial_estimate": row.initial,
        "added_at": stay.added_at,
        "added_by": stay.added_by,
        "removed_at": stay.removed_at,
        "done_at": row.done_at,
        "created_at": item.created_at,
        "assignee": item.assignee,
        "reporter": item.reporter,
        "description": story.now(item.key, "description"),
        "acceptance_criteria": item.criteria,
        "fix_version": _version(row, story),
        "department": item.department,
        "sprint_start": sprint.started_at,
        "sprint_end": sprint.planned_end_at,
        "sprint_completed": sprint.completed_at,
        "sprint_goal": sprint.goal,
        "sprint_state": _state(sprint.completed_at is None, team),
        "resolution": resolution,
    }


def _category(status: str, team: Team) -> str:
    words = {"todo": ("To do", "待办"), "in_progress": ("In progress", "进行中"), "done": ("Done", "已完成")}
    return words[status][team is FULFILMENT]


def _state(is_active: bool, team: Team) -> str:
    return (("Closed", "已关闭"), ("Active", "进行中"))[is_active][team is FULFILMENT]


def _version(row: Row, story: Story) -> str | None:
    """The release the item went out with: what was done before the launch, before release 1.1, or since."""
    if row.done_at is None:
        return None
    if row.done_at < story.timeline.launch_at:
        return "1.0"
    return "1.1" if row.done_at < story.timeline.speed_release_at else "1.2"


def _change(event: Event, team: Team) -> Record:
    """A line of the change log: estimates, words and statuses, these as the team's board calls them. Who came and left
    stands in the backlogs."""
    words = team.statuses if event.field == "status" else {}
    return {
        "key": event.key,
        "at": event.at,
        "field": event.field,
        "from": words.get(event.before, _plain(event.before)),
        "to": words.get(event.after, _plain(event.after)),
        "author": event.author,
    }


def _plain(value: Any) -> str | None:
    return f"{value:g}" if isinstance(value, float) else value


def _demo(decided: Decided) -> Record:
    return vars(decided) | {"sprint": decided.sprint.name, "verdict": VERDICTS[decided.verdict]}


def _kpis(story: Story) -> Iterable[Record]:
    """One row a KPI, and a further one for each further release."""
    launch = story.timeline.launch_at
    first_day = datetime.combine(min(each.started_at for each in story.timeline.sprints).date(), time())
    for kpi in kpis.KPIS:
        agreed: Record = {
            "kpi": kpi.id,
            "name": kpi.name,
            "unit": kpi.unit,
            "direction": kpi.direction,
            "baseline": kpi.baseline,
            "baseline_at": first_day - timedelta(days=4),
            "baseline_n": kpi.baseline_n,
            "provenance": kpi.provenance,
            "target": kpi.target,
            "target_due": datetime.combine(launch.date() + timedelta(days=kpi.due_days), time()),
            "project": PROJECT,
            "department": kpi.department,
            "owner": kpis.owner(kpi),
            "definition": kpi.definition,
            "data_source": kpi.data_source,
            "can_be_negative": "No",
        }
        phases = kpis.releases(story.timeline)[kpi.id]
        yield from (agreed | {"release_at": at, "release_reason": reason} for at, reason in phases)
        if not phases:
            yield agreed


def _measurement(measured: kpis.Measured) -> Record:
    return {
        "kpi": measured.kpi,
        "at": measured.at,
        "value": measured.text,
        "n": measured.n,
        "remark": measured.remark,
    }


__all__ = ["SOURCE", "SampleFile", "generate"]
