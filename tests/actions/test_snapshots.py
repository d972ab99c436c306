"""A closed sprint is frozen by the first whole read after its end; later changes are told beside it, and a lead may freeze anew."""

from datetime import timedelta

import pytest

from actions import snapshots
from actions.derive import rebuild
from actions.import_sheet import import_sheet
from actions.undo import undo_import
from actions.waivers import waive_change
from core.actor import EVERYTHING
from core.errors import Invalid, NotFound
from reports.figures import churn_figures, sprint_figures
from store import frames
from store.db import Store
from store.snapshots import derived_payloads, digest, latest, number_of
from store.tables import Sprint, SprintEntry, SprintSnapshot, StatedEntry, WorkItem
from store.write import table_of
from tests.actions.shop import AT, EVERYONE, LATER, START, seed

END = START + timedelta(days=14)


def frozen_shop(store: Store) -> int:
    """The shop's sprint, frozen; then its source says that item 2 came in with 8 points instead of 5."""
    source = seed(store)
    rebuild(store, EVERYONE, at=AT)
    with store.writing() as session:
        assert snapshots.freeze_closed(session, source, at=AT, by="sync") == 1
        stated = table_of(StatedEntry)
        session.execute(stated.update().where(stated.c.work_item_id == "2").values(initial_points=8.0))
    rebuild(store, EVERYONE, at=LATER)
    return source


def test_it_is_frozen_once_and_only_by_a_read_that_began_after_its_end(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    rebuild(sqlite_store, EVERYONE, at=AT)
    with sqlite_store.writing() as session:
        assert snapshots.freeze_closed(session, source, at=END - timedelta(seconds=1), by="sync") == 0
        assert snapshots.freeze_closed(session, source, at=AT, by="sync") == 1
        assert snapshots.freeze_closed(session, source, at=LATER, by="sync") == 0
        held = latest(session, source, "S1")
        assert held is not None and held.is_intact and held.frozen_by == "sync"
        assert held.sha256 == digest(derived_payloads(session, source, ["S1"])["S1"])


def test_page_trend_and_shell_show_the_frozen_ledger_and_say_what_differs(store: Store) -> None:
    source = frozen_shop(store)
    with store.reading() as session:
        figures = sprint_figures(session, EVERYTHING, source, "S1")
        assert figures.totals["points"]["added"] == 5
        assert figures.items.set_index("work_item_id").loc["2", "initial_points"] == 5
        assert figures.frozen is not None and figures.frozen.differs
        assert figures.frozen.items[["key", "what"]].values.tolist() == [["SHOP-2", "estimate"]]
        changed = figures.frozen.figures
        assert changed[["figure", "frozen", "now"]].values.tolist() == [["added", 5, 8], ["re_estimated", 6, 3]]
        assert [one.code for one in figures.findings if one.code == "differs_from_frozen"] == ["differs_from_frozen"]
        churn = churn_figures(session, EVERYTHING).sprints
        assert churn.loc[churn["unit"] == "points", "added"].tolist() == [5]
        now = frames.derived_totals(session, EVERYTHING).set_index("unit")
        assert now.loc["points", "added"] == 8
        replayed = sprint_figures(session, EVERYTHING, source, "S1", as_of=LATER)
        assert (replayed.totals["points"]["added"], replayed.frozen) == (8, None)


def test_an_item_that_left_the_record_stays_in_the_frozen_ledger(sqlite_store: Store) -> None:
    source = frozen_shop(sqlite_store)
    with sqlite_store.writing() as session:
        item = table_of(WorkItem)
        session.execute(item.update().where(item.c.external_id == "3").values(is_deleted=True))
    rebuild(sqlite_store, EVERYONE, at=LATER)
    with sqlite_store.reading() as session:
        figures = sprint_figures(session, EVERYTHING, source, "S1")
        assert figures.items["key"].tolist() == ["SHOP-1", "SHOP-2", "SHOP-3"]
        assert figures.frozen is not None
        assert figures.frozen.items.set_index("key")["what"].to_dict() == {"SHOP-2": "estimate", "SHOP-3": "gone"}


def test_a_lead_freezes_anew_with_a_reason_and_the_earlier_one_stays(sqlite_store: Store) -> None:
    source = frozen_shop(sqlite_store)
    given = {"source_id": source, "sprint_id": "S1"}
    with pytest.raises(Invalid):
        snapshots.refreeze_sprint(sqlite_store, EVERYONE, **given, reason=" ", at=LATER)
    snapshots.refreeze_sprint(sqlite_store, EVERYONE, **given, reason="Agreed with the team", at=LATER)
    with sqlite_store.reading() as session:
        figures = sprint_figures(session, EVERYTHING, source, "S1")
        assert figures.totals["points"]["added"] == 8
        assert figures.frozen is not None
        assert (figures.frozen.differs, figures.frozen.number, figures.frozen.reason) == (
            False,
            2,
            "Agreed with the team",
        )
    with pytest.raises(Invalid, match="Nothing differs"):
        snapshots.refreeze_sprint(sqlite_store, EVERYONE, **given, reason="Once more", at=LATER)


def test_an_altered_snapshot_is_told(sqlite_store: Store) -> None:
    source = frozen_shop(sqlite_store)
    with sqlite_store.writing() as session:
        table = table_of(SprintSnapshot)
        row = session.execute(table.select()).one()
        payload = {**row.payload, "totals": [{**row.payload["totals"][0], "added": 0.0}, row.payload["totals"][1]]}
        session.execute(table.update().values(payload=payload))
    with sqlite_store.reading() as session:
        figures = sprint_figures(session, EVERYTHING, source, "S1")
        assert "snapshot_altered" in [one.code for one in figures.findings]


def test_a_sheet_is_frozen_by_the_second_import_after_the_end_and_its_undo_thaws(sqlite_store: Store) -> None:
    head = "Key,Title,Type,Status,Sprint,Sprint state,Sprint start,Sprint end,Initial estimate,Estimate,Added at,Removed at,Done at\n"
    row = "A-1,Page,Story,Done,Sprint 1,closed,2026-11-02,2026-11-13,3,{},,,2026-11-10\n"

    def bring(points: int, hours: int) -> int:
        done = import_sheet(
            sqlite_store,
            EVERYONE,
            f"{points}.csv",
            (head + row.format(points)).encode(),
            at=AT + timedelta(hours=hours),
        )
        assert not done.is_refused, [one.errors for one in done.sheets]
        return done.sheets[0].run_id or 0

    def number() -> int:
        with sqlite_store.reading() as session:
            return len(session.execute(table_of(SprintSnapshot).select()).all())

    bring(3, 0)
    assert number() == 0  # people look at what they imported, and correct it
    second = bring(5, 1)
    assert number() == 1
    undo_import(sqlite_store, EVERYONE, second, at=AT + timedelta(hours=2))
    assert number() == 0


def test_a_reopened_sprint_is_not_told_by_the_ledger_of_its_former_end(store: Store) -> None:
    """Frozen with 5 points added; reopened, its source says 8; closed again two days later, the next read freezes it anew."""
    source = frozen_shop(store)

    def sprint(**values: object) -> None:
        with store.writing() as session:
            session.execute(table_of(Sprint).update().values(**values))

    def added() -> tuple[float, bool]:
        with store.reading() as session:
            figures = sprint_figures(session, EVERYTHING, source, "S1")
            churn = churn_figures(session, EVERYTHING).sprints
            assert churn.loc[churn["unit"] == "points", "added"].tolist() == [figures.totals["points"]["added"]]
            return figures.totals["points"]["added"], figures.frozen is not None

    assert added() == (5, True)
    sprint(state="active", completed_at=None)
    rebuild(store, EVERYONE, at=LATER)
    assert added() == (8, False)
    again = AT + timedelta(days=2)
    sprint(state="closed", completed_at=again)
    rebuild(store, EVERYONE, at=again)
    assert added() == (8, False)
    with store.writing() as session:
        assert snapshots.freeze_closed(session, source, at=again - timedelta(seconds=1), by="sync") == 0
        assert snapshots.freeze_closed(session, source, at=again, by="sync") == 1
        assert snapshots.freeze_closed(session, source, at=again + timedelta(hours=1), by="sync") == 0
        assert number_of(session, source, "S1") == 2  # the earlier one stays on record
    assert added() == (8, True)


def test_a_deleted_sprint_leaves_every_figure_and_its_snapshot_stays(sqlite_store: Store) -> None:
    source = frozen_shop(sqlite_store)
    with sqlite_store.writing() as session:
        session.execute(table_of(Sprint).update().values(is_deleted=True))
    rebuild(sqlite_store, EVERYONE, at=LATER)
    with sqlite_store.reading() as session:
        found = churn_figures(session, EVERYTHING)
        assert (len(found.sprints), found.states["detected"]) == (0, 0)
        assert frames.totals(session, EVERYTHING).empty and number_of(session, source, "S1") == 1
        with pytest.raises(NotFound):
            sprint_figures(session, EVERYTHING, source, "S1")


def test_waived_is_what_the_frozen_ledger_shows_not_what_its_source_says_now(sqlite_store: Store) -> None:
    source = frozen_shop(sqlite_store)  # 2 was added with 5 points and kept them; today it fell from 8 to 5
    with sqlite_store.writing() as session:  # 3 was re-estimated; today it was never in the sprint
        for row in (table_of(StatedEntry), table_of(SprintEntry)):
            session.execute(row.delete().where(row.c.work_item_id == "3"))
        session.execute(table_of(WorkItem).update().values(sprint_ids=[]))
    given = {"source_id": source, "sprint_id": "S1", "change_kind": "re_estimated", "reason": "agreed"}
    with pytest.raises(NotFound, match="no such change"):
        waive_change(sqlite_store, EVERYONE, **given, work_item_id="2", at=LATER)
    assert waive_change(sqlite_store, EVERYONE, **given, work_item_id="3", at=LATER).change_kind == "re_estimated"
    with pytest.raises(NotFound, match="no work item 4 in sprint S1"):
        waive_change(sqlite_store, EVERYONE, **given, work_item_id="4", at=LATER)
