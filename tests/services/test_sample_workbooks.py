"""The sample spreadsheets, read back from the files: their ledgers balance when recounted by hand from the cells."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from connectors.sheets import Settings, fetch, preview
from connectors.sheets.fields import fields_of
from connectors.sheets.guess import guess
from connectors.sheets.known import Known
from connectors.sheets.source import Preview
from services.sample import ChangeRequestDecision, SampleFile, WaiverDecision, decisions, generate, tell
from services.sample.cast import ZONE
from services.sample.kpis import measurements

ANCHOR = date(2026, 11, 22)
FIVE_MINUTES = timedelta(minutes=5)
LEDGER = ("committed", "added", "carried", "re_estimated", "removed", "completed", "not_completed", "outside")
Record = dict[str, Any]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[SampleFile]:
    return generate(tmp_path_factory.mktemp("sample"), anchor=ANCHOR)


def records(files: list[SampleFile], kind: str) -> list[Record]:
    """Every row of the files of a kind, by field name; an empty cell is None."""
    return [record for file in files if file.kind == kind for record in _read(file)]


def _read(file: SampleFile) -> Iterator[Record]:
    header, *lines = CalamineWorkbook.from_path(file.path).get_sheet_by_index(0).to_python()
    names = {word: field.name for field in fields_of(file.kind).values() for word in (field.en, field.zh)}
    for line in lines:
        yield {names[str(word)]: _cell(value) for word, value in zip(header, line, strict=True)}


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):  # a sheet's day is a float: whole seconds are what was written
        return (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return None if value == "" else value


def ledgers(backlog: list[Record]) -> dict[str, dict[str, dict[str, float]]]:
    """Sprint -> points and counts, recounted from the cells by R9 to R14."""
    sprints: dict[str, list[Record]] = {}
    for row in backlog:
        sprints.setdefault(row["sprint"], []).append(row)
    found = {}
    for name, rows in sprints.items():
        team, number = name.rsplit(" ", 1)
        earlier = sprints.get(f"{team} {int(number) - 1}", [])
        found[name] = _ledger(rows, {row["key"]: row["sprint_completed"] for row in earlier if not row["done_at"]})
    return found


def _ledger(rows: list[Record], left_over: dict[str, datetime]) -> dict[str, dict[str, float]]:
    points, counts = dict.fromkeys(LEDGER, 0.0), dict.fromkeys(LEDGER, 0.0)
    for row in rows:
        initial, final = row["initial_estimate"] or 0, row["estimate"] or 0
        entered = max(row["added_at"], row["sprint_start"])
        if row["done_at"] and row["done_at"] <= entered:
            moves = [("outside", final)]
        else:
            closed = left_over.get(row["key"])
            is_carried = closed is not None and timedelta() <= row["added_at"] - closed <= FIVE_MINUTES
            late = "carried" if is_carried else "added"
            moves = [("committed" if row["added_at"] <= row["sprint_start"] else late, initial)]
            if row["removed_at"]:
                moves.append(("removed", initial))
            else:
                moves.append(("completed" if row["done_at"] else "not_completed", final))
                points["re_estimated"] += final - initial
        for bucket, value in moves:
            points[bucket] += value
            counts[bucket] += 1
    return {"points": points, "counts": counts}


def test_the_same_anchor_gives_the_same_bytes(files: list[SampleFile], tmp_path: Path) -> None:
    again = generate(tmp_path, anchor=ANCHOR)
    assert [file.path.name for file in again] == [file.path.name for file in files]
    for first, second in zip(files, again, strict=True):
        assert _sha256(first) == _sha256(second), first.path.name
    assert {file.source_name for file in files} == {"sample"}
    assert {file.kind for file in files} == {"backlog", "change_log", "demo", "kpi", "kpi_measurement", "feedback"}


def _sha256(file: SampleFile) -> str:
    return hashlib.sha256(file.path.read_bytes()).hexdigest()


def test_every_sprint_balances(files: list[SampleFile]) -> None:
    found = ledgers(records(files, "backlog"))
    assert len(found) == 24
    for name, units in found.items():
        for unit, f in units.items():
            came = f["committed"] + f["added"] + f["carried"] + f["re_estimated"] - f["removed"]
            assert came == f["completed"] + f["not_completed"], (name, unit)
            assert f["completed"] > 0


def test_the_latest_closed_sprint_delivered_31_of_34_points_and_4_of_6_added_were_not_approved(
    files: list[SampleFile],
) -> None:
    backlog = records(files, "backlog")
    closed = {row["sprint"]: row["sprint_completed"] for row in backlog if row["sprint_completed"]}
    latest = max(closed, key=lambda name: closed[name])
    points = ledgers(backlog)[latest]["points"]
    assert points == {
        "committed": 30,
        "added": 6,
        "carried": 0,
        "re_estimated": 0,
        "removed": 2,
        "completed": 31,
        "not_completed": 3,
        "outside": 0,
    }
    settled = _settled()
    late = [row for row in backlog if row["sprint"] == latest and row["added_at"] > row["sprint_start"]]
    assert sum(row["initial_estimate"] for row in late if (row["key"], latest, "added") not in settled) == 4


def _settled() -> set[tuple[str, str, str]]:
    """The changes that are approved by a signature or waived."""
    settled = set()
    for each in decisions(tell(ANCHOR)):
        if isinstance(each, ChangeRequestDecision) and each.decision == "approved":
            settled |= {(covered.key, covered.sprint, covered.change_kind) for covered in each.covered}
        if isinstance(each, WaiverDecision):
            settled.add((each.key, each.sprint, each.change_kind))
    return settled


def test_scope_creeps_and_is_tamed(files: list[SampleFile]) -> None:
    churn = {}
    for name, units in ledgers(records(files, "backlog")).items():
        points = units["points"]
        churn[name] = (points["added"] + points["removed"]) / points["committed"]
    number = {name: int(name.rsplit(" ", 1)[1]) for name in churn}
    assert all(ratio < 0.15 for name, ratio in churn.items() if number[name] < 3)
    assert all(ratio > 0.6 for name, ratio in churn.items() if 3 <= number[name] <= 6)
    assert all(ratio < 0.3 for name, ratio in churn.items() if number[name] >= 7 and number[name] != 9)
    assert all(0.4 < ratio < 0.7 for name, ratio in churn.items() if number[name] == 9)  # right after the launch


def test_work_is_carried_only_where_sprints_overlap(files: list[SampleFile]) -> None:
    found = ledgers(records(files, "backlog"))
    assert {name for name, units in found.items() if units["counts"]["carried"]} == {"履约 Sprint 6", "履约 Sprint 10"}
    assert {name for name, units in found.items() if units["counts"]["outside"]} == {"Intake Sprint 9", "履约 Sprint 9"}


def test_the_change_log_says_what_the_backlogs_say(files: list[SampleFile]) -> None:
    rows_of: dict[str, list[Record]] = {}
    for row in records(files, "backlog"):
        rows_of.setdefault(row["key"], []).append(row)
    log = records(files, "change_log")
    assert {change["field"] for change in log} == {"estimate", "title", "description", "priority", "status"}
    for key, rows in rows_of.items():
        estimates = [change for change in log if change["key"] == key and change["field"] == "estimate"]
        for row in rows:
            entered = max(row["added_at"], row["sprint_start"])
            until = row["removed_at"] or row["sprint_completed"] or row["sprint_end"]
            assert row["initial_estimate"] == _replayed(rows[-1]["estimate"], estimates, entered), key
            assert row["estimate"] == _replayed(rows[-1]["estimate"], estimates, until), key
        for name in ("title", "description", "priority", "status"):
            changes = [change for change in log if change["key"] == key and change["field"] == name]
            assert not changes or changes[-1]["to"] == rows[-1][name]
            assert all(before["to"] == after["from"] for before, after in pairwise(changes))


def test_the_status_log_says_when_each_row_was_done(files: list[SampleFile]) -> None:
    done_at = {
        (change["key"], change["at"]) for change in records(files, "change_log") if change["to"] in {"Done", "已完成"}
    }
    stated = {(row["key"], row["done_at"]) for row in records(files, "backlog") if row["done_at"]}
    assert stated == done_at
    assert len(stated) > 200


def _replayed(now: float | None, changes: list[Record], at: datetime) -> float | None:
    """The estimate at an instant: back from what it is now, through the changes since."""
    for change in reversed(changes):
        if change["at"] > at:
            now = float(change["from"]) if change["from"] else None
    return now


def test_rows_of_one_sprint_agree_about_the_sprint(files: list[SampleFile]) -> None:
    sprints: dict[str, set[tuple[Any, ...]]] = {}
    keys = set()
    for row in records(files, "backlog"):
        names = ("team", "sprint_start", "sprint_end", "sprint_completed", "sprint_goal")
        sprints.setdefault(row["sprint"], set()).add(tuple(row[name] for name in names))
        assert (row["key"], row["sprint"]) not in keys
        keys.add((row["key"], row["sprint"]))
    assert all(len(said) == 1 for said in sprints.values())
    assert 300 <= len(keys) <= 430


def test_a_careful_reader_finds_these_blemishes(files: list[SampleFile]) -> None:
    backlog = records(files, "backlog")
    assert len({row["key"] for row in backlog if row["estimate"] is None}) == 2
    assert len({row["key"] for row in backlog if row["done_at"] and not row["resolution"]}) == 2
    assert {row["sprint"] for row in backlog if row["sprint_goal"] is None} == {"履约 Sprint 4"}
    assert sum(row["department"] is None for row in records(files, "feedback")) == 2
    assert sum(row["n"] is None for row in records(files, "kpi_measurement")) >= 4


def test_links_lead_to_items_that_exist(files: list[SampleFile]) -> None:
    known = {row["key"] for row in records(files, "backlog")}
    linked = {row["work_item"] for row in records(files, "feedback") if row["work_item"]}
    assert len(linked) > 25 and linked <= known
    assert {row["key"] for row in records(files, "demo")} <= known
    assert {row["key"] for row in records(files, "change_log")} <= known


def test_kpis_are_written_as_people_write_them(files: list[SampleFile]) -> None:
    texts = [row["value"] for row in records(files, "kpi_measurement") if row["kpi"] == "KPI-1"]
    assert {"2h 1min", "121min", "13min", "13.4min", "12.9 min"} & set(texts)
    for ending in ("min", "分钟", "秒", "h"):
        assert any(text.endswith(ending) for text in texts), ending
    kpis = records(files, "kpi")
    assert {row["baseline"] for row in kpis} == {"2h", "85%", "￥18", "0%"}
    assert {row["target"] for row in kpis} == {"15min", "98%", "￥15", "95%"}
    assert sum(row["release_at"] is not None for row in kpis) == 5


def test_the_connector_recognises_every_sheet_and_column(files: list[SampleFile]) -> None:
    for file in files:
        sheet = fetch(file.path.read_bytes(), file.path.name).sheets[0]
        found = guess(sheet)
        assert found.kind == file.kind, file.path.name
        assert found.missing == ()
        assert len(found.mapping) == len(found.headers), file.path.name
        assert min(found.confidence.values()) == 1


@pytest.fixture(scope="module")
def previews(files: list[SampleFile]) -> dict[str, list[Preview]]:
    """Every file as the connector would import it, in order, each knowing what the ones before it brought."""
    known, found = Known(), {}
    for file in files:
        sheet = fetch(file.path.read_bytes(), file.path.name).sheets[0]
        one = preview(sheet, file.kind, settings=Settings(zone=ZONE), known=known)
        known = known.plus(one.parsed)
        found.setdefault(file.kind, []).append(one)
    return found


def test_the_connector_finds_no_problem_in_any_cell(previews: dict[str, list[Preview]]) -> None:
    said = [problem.text() for found in previews.values() for one in found for problem in one.problems]
    assert said == []
    assert sum(one.row_count for one in previews["backlog"]) == len(tell(ANCHOR).stays)


def test_what_the_connector_reads_is_what_the_story_tells(previews: dict[str, list[Preview]]) -> None:
    story = tell(ANCHOR)
    read = {row["key"]: row["estimate_points"] for one in previews["backlog"] for row in one.parsed.items.rows}
    assert read == {item.key: story.now(item.key, "estimate") for item in story.items}
    factors = {"KPI-1": 60, "KPI-2": 1, "KPI-3": 1, "KPI-4": 1}
    values = [row["value"] for row in previews["kpi_measurement"][0].parsed.measurements.rows]
    assert values == pytest.approx([each.value * factors[each.kpi] for each in measurements(story.timeline)])
    (kpis,) = previews["kpi"]
    assert [(row["direction"], row["dimension"]) for row in kpis.parsed.kpis.rows] == [
        ("down", "duration"),
        ("up", "ratio"),
        ("down", "money"),
        ("up", "ratio"),
    ]
    assert len(kpis.parsed.phases.rows) == 5
