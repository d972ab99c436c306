"""Actions called with the ids of another project: what one may not reach is not there, and nothing of it changes."""

from collections.abc import Callable

import pytest

from actions.feedback import link_feedback
from actions.feedback_files import attach_files, take_file_away
from actions.kpis import revise_kpi
from actions.media import attach_media, take_media_away
from actions.settings import save_source_settings
from core.actor import Role
from core.errors import NotFound, Refused
from store.db import Store
from store.tables import Kpi
from tests.actions.given_files import SCREENSHOT
from tests.actions.shop import AT, EVERYONE, LATER, everything, feedback_of, kpi_of, seed
from tests.actors import actor_of

SHOP = actor_of(Role.LEAD, Role.WRITER, projects={"SHOP"}, departments=set())
OPS = actor_of(Role.LEAD, Role.WRITER, projects={"OPS"}, departments=set())
WEBM = b"\x1aE\xdf\xa3B\x82\x84webm"


def _attempts(store: Store) -> dict[str, Callable[[], object]]:
    """What a lead tries with ids that are not theirs, beside ids that are."""
    source, kpi, said = seed(store), kpi_of(store), feedback_of(store, files=[SCREENSHOT])
    other = seed(store, name="other")
    attach_media(
        store, EVERYONE, source_id=source, sprint_id="S1", work_item_id="2", file_name="x", content=WEBM, at=AT
    )
    of_ops = {"source_id": source, "work_item_id": "4"}
    return {
        "own feedback, foreign item": lambda: link_feedback(store, SHOP, feedback_id=said.id, **of_ops, at=LATER),
        "foreign feedback, own item": lambda: link_feedback(store, OPS, feedback_id=said.id, **of_ops, at=LATER),
        "a file for foreign feedback": lambda: attach_files(store, OPS, feedback_id=said.id or 0, files=[SCREENSHOT], at=LATER),
        "a file of foreign feedback": lambda: take_file_away(store, OPS, attachment_id=1, at=LATER),
        "a KPI of another project": lambda: revise_kpi(store, OPS, kpi_id=kpi.id or 0, project_key="OPS", at=LATER),
        "one's own KPI into another project": lambda: revise_kpi(store, SHOP, kpi_id=kpi.id or 0, project_key="OPS", at=LATER),
        "one's own KPI out of every project": lambda: revise_kpi(store, SHOP, kpi_id=kpi.id or 0, project_key=None, at=LATER),
        "a picture for a foreign item": lambda: attach_media(store, SHOP, **of_ops, sprint_id="S1", file_name="x", content=WEBM, at=LATER),
        "a picture of a foreign sprint": lambda: take_media_away(store, OPS, source_id=source, sprint_id="S1", work_item_id="2", at=LATER),
        "a picture that hangs in another source": lambda: take_media_away(store, SHOP, source_id=other, sprint_id="S1", work_item_id="2", at=LATER),
        "the policy of a source": lambda: save_source_settings(store, SHOP, source_id=source, policy="plan-cn", at=LATER),
    }  # fmt: skip


def test_ids_of_another_project_open_nothing_and_change_nothing(sqlite_store: Store) -> None:
    attempts = _attempts(sqlite_store)
    before = everything(sqlite_store)
    for name, attempt in attempts.items():
        with pytest.raises((NotFound, Refused)):
            attempt()
            pytest.fail(name)
    assert everything(sqlite_store) == before
    with sqlite_store.reading() as session:
        assert session.get_one(Kpi, 1).project_key == "SHOP"
