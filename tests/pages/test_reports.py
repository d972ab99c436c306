"""The page of reports: made with one click, archived with their hash, taken along by whom may see them."""

import hashlib
from pathlib import Path

import pytest

from access.permissions import scope_of
from actions.archive import archived_bytes
from core.actor import EVERYTHING, Role, local_admin
from core.errors import NotFound, Refused
from pages.components import data
from services.downloads import take
from store.archive import archived_reports
from store.read import rows_where
from store.tables import AuditEntry
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, headline_of, page_html, page_text


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [("en", "No report has been made yet.", "3 files are in the archive."), ("zh", "尚未生成报告。", "3")],
)
def test_the_last_weeks_report_is_made_and_archived(
    sample_home: Path, open_page: OpenPage, lang: str, before: str, after: str
) -> None:
    test = open_page("reports", lang)
    assert before in headline_of(test)
    next(one for one in test.button if one.key == "report.period").click().run()
    assert not test.exception
    assert after in headline_of(test)
    with data.house_store().reading() as session:
        found = archived_reports(session, EVERYTHING)
    assert found["language"].tolist() == [lang] * 3
    assert sorted(found["media"]) == ["html", "pdf", "pptx"]
    assert found["subject"].unique().tolist() == ["2026-11-09 – 2026-11-15"]
    assert {"en": "9 Nov 2026 – 15 Nov 2026", "zh": "2026年11月9日 – 2026年11月15日"}[lang] in page_text(test)
    for digest in found["sha256"]:
        assert f"SHA-256 {digest[:12]}" in page_text(test)
        content = archived_bytes(data.house_store().config, digest)
        assert hashlib.sha256(content).hexdigest() == digest
    assert all(f'href="/archive/{number}"' in page_html(test) for number in found["report_id"])


def test_taking_a_file_along_is_noted_and_only_for_whom_may_see_it(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("reports")
    next(one for one in test.button if one.key == "report.period").click().run()
    store = data.house_store()
    content, name, media = take(store, local_admin(), 1)
    assert name.endswith(f"-{hashlib.sha256(content).hexdigest()[:8]}.{media}")
    with store.reading() as session:
        (entry,) = rows_where(session, AuditEntry, action="record_export")
    assert entry.after is not None and entry.after["sha256"] == hashlib.sha256(content).hexdigest()
    stranger = actor_of(Role.LEAD, projects={"SHOP"}, departments=set())
    assert scope_of(stranger).projects == {"SHOP"}
    with pytest.raises(NotFound):  # a report of the whole house
        take(store, stranger, 1)
    with pytest.raises(NotFound):
        take(store, local_admin(), 99)
    with pytest.raises(NotFound):  # names stand in it as they are
        take(store, actor_of(Role.LEADER, Role.AUDITOR), 1)
    for role in (Role.VIEWER, Role.DEPARTMENT, Role.AUDITOR, Role.ADMIN):
        with pytest.raises(Refused):
            take(store, actor_of(role), 1)
