"""What every source owes (`connectors.base`): its names, unique ids, a pure parse, a replay that equals the live read."""

import copy
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest
from pydantic import BaseModel

import connectors
from connectors import jira
from connectors.base import Connector
from connectors.jira.batch import Raw
from connectors.jira.context import context_of
from connectors.records import Parsed, check
from connectors.sheets.fields import TEMPLATE_KINDS
from connectors.sheets.guess import guess
from connectors.sheets.reader import load
from connectors.sheets.source import fetch, parse, preview
from connectors.sheets.templates import template
from services.demo_jira.server import running
from tests.connectors.jira_site import read, records, settings_of

NOT_SOURCES = {"base", "records", "rows"}
SOURCES = [found.name for found in pkgutil.iter_modules(connectors.__path__) if found.name not in NOT_SOURCES]
IDENTITY = {
    "projects": ("external_id",),
    "boards": ("external_id",),
    "sprints": ("external_id",),
    "statuses": ("external_id",),
    "items": ("external_id",),
    "stated": ("sprint_id", "work_item_id"),
    "changes": ("external_id",),
    "kpis": ("external_id",),
    "measurements": ("kpi", "at"),
    "feedback": ("external_id",),
    "feedback_events": ("feedback", "external_id"),
}


def assert_ids_are_unique(parsed: Parsed) -> None:
    for table, key in IDENTITY.items():
        ids = [tuple(row[name] for name in key) for row in getattr(parsed, table).rows]
        assert len(ids) == len(set(ids)), table


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_what_it_owes(source: str) -> None:
    module: ModuleType = importlib.import_module(f"connectors.{source}")
    assert isinstance(module, Connector)
    assert isinstance(module.name, str)
    assert issubclass(module.Settings, BaseModel)
    assert module.Settings.model_config.get("frozen")
    assert inspect.getdoc(module.fetch)
    assert inspect.getdoc(module.parse)


def test_sheets_also_guess_and_preview() -> None:
    sheets = importlib.import_module("connectors.sheets")
    assert sheets.guess.guess is guess
    assert sheets.preview is preview


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_parse_is_pure_and_a_replay_equals_the_live_read(kind: str) -> None:
    book = fetch(template(kind, "zh"), "live.xlsx")
    sheet = book.sheets[0]
    before = copy.deepcopy(sheet)
    parsed = parse(sheet, kind)
    assert sheet == before
    assert parse(sheet, kind) == parsed
    assert load(book.raw, "live.xlsx") == book
    assert parse(load(book.raw, "live.xlsx").sheets[0], kind) == parsed
    assert parsed.counts()
    assert_ids_are_unique(check(parsed))


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_every_row_knows_where_it_came_from(kind: str) -> None:
    sheet = fetch(template(kind, "en"), "live.xlsx").sheets[0]
    parsed = parse(sheet, kind)
    assert parsed.sheet == sheet.name
    for table in parsed.counts():
        records = getattr(parsed, table)
        assert len(records.rows) == len(records.at)
        assert set(records.at) <= {2, 3}


@pytest.mark.parametrize("flavour", ["cloud", "data-center"])
def test_jiras_records_are_unique_and_a_replay_of_them_equals_the_live_read(flavour: str) -> None:
    with running(flavour, issues=60) as server:
        live, again = records(read(server)), records(read(server))
        settings = settings_of(server)
    assert [(one.stream, one.external_id, one.payload) for one in live] == [
        (one.stream, one.external_id, one.payload) for one in again
    ]
    keys = [(one.stream, one.external_id) for one in live]
    assert len(keys) == len(set(keys))
    parsed = jira.parse(live, settings, context_of(live))
    kept = [Raw(one.stream, one.external_id, one.payload) for one in live]
    assert jira.parse(kept, settings, context_of(kept)) == parsed
    assert_ids_are_unique(check(parsed))
    for table in parsed.counts():
        assert len(getattr(parsed, table).rows) == len(getattr(parsed, table).at)
