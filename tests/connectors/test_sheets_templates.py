"""A template that is downloaded imports as it is: every field found, no problem, in both languages."""

import pytest

from connectors.sheets.fields import FIELDS, TEMPLATE_KINDS
from connectors.sheets.guess import guess
from connectors.sheets.source import fetch, preview
from connectors.sheets.template_examples import EXAMPLES
from connectors.sheets.templates import file_name, template
from core.errors import NotFound


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_a_template_round_trips_without_a_problem(kind: str, lang: str) -> None:
    book = fetch(template(kind, lang), file_name(kind, lang))
    found = guess(book.sheets[0])
    assert found.kind == kind
    assert found.mapping == {field.name: [column] for column, field in enumerate(FIELDS[kind])}
    assert set(found.confidence.values()) == {1.0}
    assert guess(book.sheets[1]).kind is None
    shown = preview(book.sheets[0], kind)
    assert shown.problems == ()
    assert shown.row_count == 2


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_a_template_is_the_same_bytes_every_time_and_its_examples_are_of_its_fields(kind: str) -> None:
    assert template(kind, "zh") == template(kind, "zh")
    assert set(EXAMPLES[kind]) <= {field.name for field in FIELDS[kind]}
    assert template(kind, "zh") != template(kind, "en")


def test_jira_has_no_template_of_ours() -> None:
    with pytest.raises(NotFound):
        template("jira_csv", "en")
