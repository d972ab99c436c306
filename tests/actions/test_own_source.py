"""Where entered rows belong: to the sample while there is nothing else, so that they leave with it; else to the house."""

from actions.kpis import define_kpi
from actions.sample import clear_sample
from store.db import Store
from store.read import rows_where
from store.tables import AuditEntry, Feedback, Kpi, Project, Setting, Source
from tests.actions.shop import AT, EVERYONE, LATER, everything, feedback_of, kpi_of, request_of, seed


def source_of(store: Store, source_id: int) -> Source:
    with store.reading() as session:
        return session.get_one(Source, source_id)


def test_in_an_empty_store_entries_make_their_own_source_once(store: Store) -> None:
    first = source_of(store, kpi_of(store).source_id)
    second = source_of(store, feedback_of(store).source_id)
    assert (first.name, first.kind, first.is_sample) == ("fortnight", "fortnight", False)
    assert second.id == first.id


def test_what_is_tried_on_the_sample_leaves_with_it(store: Store) -> None:
    sample = seed(store, name="sample", is_sample=True)
    assert kpi_of(store).source_id == feedback_of(store).source_id == request_of(store, sample).source_id == sample
    clear_sample(store, EVERYONE, at=LATER)
    left = {name: rows for name, rows in everything(store).items() if rows}
    assert set(left) == {AuditEntry.__name__, Setting.__name__}


def test_beside_own_data_entries_stay(store: Store) -> None:
    seed(store, name="sample", is_sample=True)
    seed(store)
    kpi_id, row = kpi_of(store).id, feedback_of(store)
    clear_sample(store, EVERYONE, at=LATER)
    with store.reading() as session:
        assert [kpi.id for kpi in rows_where(session, Kpi)] == [kpi_id]
        assert [found.id for found in rows_where(session, Feedback)] == [row.id]


def test_an_own_kpi_entered_before_the_sample_makes_the_house_ones_own(sqlite_store: Store) -> None:
    own = kpi_of(sqlite_store)
    seed(sqlite_store, name="sample", is_sample=True)
    later = define_kpi(sqlite_store, EVERYONE, name="Accuracy", unit="%", direction="up", at=AT)
    assert later.source_id == own.source_id


def test_feedback_that_names_no_project_reaches_the_one_it_can_be_about(sqlite_store: Store) -> None:
    """A department reaches no project, and a team lead no other feedback than that of theirs."""

    def project_of(department: str) -> str | None:
        return feedback_of(sqlite_store, department=department, project_key=None).project_key

    assert project_of("ops") is None
    seed(sqlite_store)  # two projects
    assert project_of("ops") is None
    feedback_of(sqlite_store, department="ops", project_key="SHOP")
    assert (project_of("ops"), project_of("finance")) == ("SHOP", None)
    with sqlite_store.writing() as session:
        session.delete(rows_where(session, Project, key="OPS")[0])
    assert project_of("finance") == "SHOP"


def test_an_entry_for_a_project_of_the_sample_alone_belongs_to_the_sample(sqlite_store: Store) -> None:
    kpi_of(sqlite_store)
    sample = seed(sqlite_store, name="sample", is_sample=True)
    assert feedback_of(sqlite_store, project_key="SHOP").source_id == sample
    assert source_of(sqlite_store, feedback_of(sqlite_store, project_key="NEW").source_id).kind == "fortnight"
