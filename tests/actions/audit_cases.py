"""Cases for the actions on the audit log and on who sees what (tests.actions.test_every_action)."""

from access.keys import house_key
from access.masking import Pseudonyms
from actions import audit
from store.audit_log import Search
from store.db import Store
from tests.actions.action_cases import Case
from tests.actions.shop import LATER, Do, feedback_of, request_of, seed


def _anchor(store: Store) -> Do:
    feedback_of(store)
    return lambda actor: audit.anchor_log(store, actor, at=LATER)


def _export_log(store: Store) -> Do:
    feedback_of(store)
    return lambda actor: audit.export_log(store, actor, search=Search(words="feedback"), media="csv", at=LATER)


def _record_export(store: Store) -> Do:
    return lambda actor: audit.record_export(store, actor, subject="sprint S1", media="xlsx", rows=3, at=LATER)


def _unmask(store: Store) -> Do:
    request_of(store, seed(store))
    pseudonym = Pseudonyms(house_key(store.config, "masking")).name("王芳")
    return lambda actor: audit.unmask(store, actor, pseudonym=pseudonym, reason="a complaint", at=LATER)


def _see_as(store: Store) -> Do:
    return lambda actor: audit.see_as(store, actor, person="wang", at=LATER)


CASES = {
    "anchor_log": Case(_anchor),
    "export_log": Case(_export_log),
    "record_export": Case(_record_export),
    "see_as": Case(_see_as),
    "unmask": Case(_unmask),
}
