"""A first import counts what it has just written without reading it back: exactly what the store would have told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actions import derive as deriving
from actions.derive import rebuild
from actions.import_sheet import import_sheet
from core.actor import EVERYTHING, local_admin
from store import frames
from store import tables as t
from store.db import Store
from store.facts import FirstFacts, item_columns, stated_columns
from store.sprint_items import Run, item_runs
from store.write import insert_rows
from tests.connectors.made_sheets import xlsx

AT = datetime(2026, 11, 1, tzinfo=UTC)
HEADER = [
    "Key", "Title", "Sprint", "Type", "Status", "Estimate", "Initial estimate", "Sprint start", "Sprint completed",
    "Added at", "Removed at", "Done at", "Parent", "Labels",
]  # fmt: skip
S1 = ("S1", "2026-09-01 09:00", "2026-09-15 09:00")
S2 = ("S2", "2026-09-15 09:00", "2026-09-29 09:00")


def row(key: str, sprint: tuple[Any, ...] | None, **more: Any) -> list[Any]:
    name, start, end = sprint or ("", "", "")
    given = {"Type": "Story", "Status": "To do", "Estimate": 3, **more}
    cells = {
        "Key": key,
        "Title": f"第 {key} 件",
        "Sprint": name,
        "Sprint start": start,
        "Sprint completed": end,
        **given,
    }
    return [cells.get(one.replace("_", " "), "") for one in HEADER]


BACKLOG = [
    HEADER,
    row("A-10", S1, Status="Done", **{"Done at": "2026-09-08 12:00", "Initial estimate": 5}),
    row("A-2", S1, **{"Added at": "2026-09-04 10:00", "Removed at": "2026-09-06 12:00"}),
    row("A-3", S1, Estimate="", Labels="x, 订单"),
    row("A-3", S2, Status="Done", **{"Done at": "2026-09-20"}),
    row("A-4", S1, Type="Sub-task", Parent="A-3"),
    row("A-5", S2, Type="Epic"),
    row("A-6", None),
    row("A-7", S2, Status="Done"),
    row("A-8", S2, Status="Doing", **{"Done at": "2026-09-21"}),
]
PLAIN = [[cell for at, cell in enumerate(cells) if HEADER[at] not in ("Removed at", "Parent")] for cells in BACKLOG]
LOG = [
    ["Key", "At", "Author", "Field", "From", "To"],
    ["A-10", "2026-09-05 12:00", "Lin", "Estimate", "5", "3"],
]
EXPORT = (
    b"Summary,Issue key,Issue id,Issue Type,Status,Parent,Created,Resolved,Sprint,Sprint,Status Category,Story Points\n"
    b"One,SHOP-1,10001,Story,Done,,02/Mar/26 9:00 AM,12/Mar/26 9:00 AM,S 1,S 2,Done,3\n"
    b"Two,SHOP-2,10002,Sub-task,To Do,10001,02/Mar/26 9:00 AM,,S 2,,To Do,\n"
)


def files() -> dict[str, tuple[str, bytes]]:
    return {
        "backlog": ("a.xlsx", xlsx({"Backlog": BACKLOG})),
        "fewer columns": ("b.xlsx", xlsx({"Backlog": PLAIN})),
        "with its log": ("c.xlsx", xlsx({"Backlog": BACKLOG, "Log": LOG})),
        "jira csv": ("d.csv", EXPORT),
    }


def derived(store: Store) -> dict[str, str]:
    found = {}
    with store.reading() as session:
        for model in (t.SprintEntry, t.SprintTotal, t.Finding, t.SprintItem):
            rows = frames.frame(session, model).drop(columns=["id", "found_at"], errors="ignore").to_dict("records")
            found[str(model.__tablename__)] = "\n".join(sorted(map(repr, rows)))
    return found


@pytest.mark.parametrize("counts_subtasks", [False, True])
@pytest.mark.parametrize("name", list(files()))
def test_a_rebuild_after_a_first_import_changes_nothing(store: Store, name: str, counts_subtasks: bool) -> None:
    with store.writing() as session:
        made = {"name": "shop", "kind": "sheets", "created_at": AT, "is_sample": False}
        insert_rows(session, t.Source, [{**made, "settings": {"counts_subtasks": counts_subtasks}}])
    outcome = import_sheet(store, local_admin(), *files()[name], source_name="shop", at=AT)
    assert not outcome.is_refused, outcome.sheets
    first = derived(store)
    assert first["sprint_total"]
    assert first["sprint_item"]
    assert first["sprint_entry"] or name == "jira csv"  # whose sprints have no dates
    assert rebuild(store, local_admin(), at=AT)[1] == 0
    assert derived(store) == first


@pytest.mark.parametrize(("name", "is_from_memory"), [("backlog", True), ("jira csv", True), ("with its log", False)])
def test_what_was_written_is_what_would_be_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str, is_from_memory: bool
) -> None:
    """By column, whatever the order of the rows; a second import finds rows there and asks the store."""
    given: list[FirstFacts | None] = []
    real = deriving.derive

    def noted(*args: Any, first: FirstFacts | None = None, **more: Any) -> Any:
        given.append(first)
        return real(*args, first=first, **more)

    monkeypatch.setattr("actions.import_sheet.derive", noted)
    import_sheet(store, local_admin(), *files()[name], at=AT)
    first = given[0]
    assert (first is not None) is is_from_memory
    if first is not None:
        with store.reading() as session:
            ids = list(first.items[0])
            assert sorted(zip(*item_columns(session, 1, ids), strict=True)) == sorted(zip(*first.items, strict=True))
            told = stated_columns(session, 1, ids)
            assert sorted(zip(*told, strict=True), key=repr) == sorted(zip(*first.stated, strict=True), key=repr)
    more = xlsx({"Backlog": [HEADER, row("A-99", S2)]})
    assert not import_sheet(store, local_admin(), "more.xlsx", more, kind="backlog", at=AT).is_refused
    assert given[-1] is None


def test_runs_hold_every_item_once(store: Store) -> None:
    import_sheet(store, local_admin(), "a.xlsx", files()["backlog"][1], at=AT)
    with store.reading() as session:
        ids = sorted(frames.work_items(session, EVERYTHING, 1)["work_item_id"])
        assert len(ids) == 8
        for size in (1, 3, 4, 8, 100):
            runs = list(item_runs(session, 1, size))
            held = [[one for one in ids if run.first <= one <= run.last] for run in runs]
            assert [one for part in held for one in part] == ids
            assert all(len(part) == size for part in held[:-1])
        assert list(item_runs(session, 99, 10)) == []
        assert Run(ids[0], ids[-1]) in list(item_runs(session, 1, 8))
