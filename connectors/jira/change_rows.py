"""Changelogs as rows: one a changed field, under canonical names, sorted by (time, id) (R5, R7)."""

import hashlib
from typing import Any

from connectors.jira.plan import Plan
from connectors.jira.times import instant
from connectors.records import ChangeRecord

LONG_TEXT = 2000  # characters; a longer text is kept as its hash, with its beginning as the label
_LABEL = 200
_ESTIMATE, _SPRINT = "estimate", "sprint"
_TEXTS = frozenset({"title", "description", "acceptance_criteria"})


def change_rows(
    issue_id: str, histories: list[Any], plan: Plan, estimate: str | None, values: dict[str, Any]
) -> list[ChangeRecord]:
    """The rows of one issue's changelog.

    Ids are the history's and the item's place in it. `work_item_key` holds the issue's *id*: a key can change.
    What tells nothing about scope, progress or content (ranks, comments, attachments, work logs) is left in the raw
    record. Texts of more than 2,000 characters are kept as `sha256:...`, with their beginning as label: whether they
    changed matters, and the whole stands in the raw record.

    Args: histories, as the server gave them, in any order; estimate, the field that holds this issue's estimate;
    values, the issue's fields now (they tell which of two fields of one name an item means).
    Raises: ValueError for a history without an id, an instant or items.
    """
    found: list[tuple[Any, int, int, ChangeRecord]] = []
    names, ignored = plan.names, plan.ignored
    twins = _twins(histories, plan, estimate, values)
    for history in histories:
        external_id, at = history.get("id"), instant(history.get("created"))
        if external_id is None or at is None:
            raise ValueError(f"history {external_id} of issue {issue_id} has no id or no readable time")
        person = history.get("author")
        author = (person.get("displayName") or person.get("name")) if person else None
        number = int(external_id) if type(external_id) is int or external_id.isdigit() else 0
        for index, item in enumerate(history.get("items") or ()):
            field_id, given = item.get("fieldId"), item.get("field")
            field = names.get(field_id)
            if field is None:
                if given in ignored or field_id in ignored:
                    continue
                field = _named(str(given or field_id or ""), field_id, plan, estimate, twins)
                if field is None:
                    continue
            elif field == _ESTIMATE and field_id != estimate:
                field = str(given)
            before, after = item.get("from") or None, item.get("to") or None
            before_text, after_text = item.get("fromString") or None, item.get("toString") or None
            if field == _ESTIMATE:
                before, after = before_text or before, after_text or after
            elif field in _TEXTS:
                before, before_text = _text(before_text or before)
                after, after_text = _text(after_text or after)
            row: ChangeRecord = {
                "external_id": f"{external_id}:{index}",
                "work_item_key": issue_id,
                "at": at,
                "author": author,
                "field": field,
                "from_value": before,
                "to_value": after,
                "from_label": before_text,
                "to_label": after_text,
            }
            if type(before) is int or type(after) is int:
                row["from_value"], row["to_value"] = _worded(before), _worded(after)
            found.append((at, number, index, row))
    found.sort(key=_place)
    return [one[3] for one in found]


def _place(entry: tuple[Any, int, int, ChangeRecord]) -> tuple[Any, int, int]:
    return entry[:3]


def _named(name: str, field_id: str | None, plan: Plan, estimate: str | None, twins: frozenset[str]) -> str | None:
    """What an item without a known field id means, by the name it gives; None for what is not kept."""
    word = name.casefold()
    if field_id is None:
        if estimate is not None and word == plan.name_of(estimate):
            return name if word in twins else _ESTIMATE
        known = plan.words.get(word)
        if known is not None:
            return known
    return plan.others.get(word)


def _twins(histories: list[Any], plan: Plan, estimate: str | None, values: dict[str, Any]) -> frozenset[str]:
    """The estimate's name, where its items without a field id speak of another field of the same name.

    The last thing said of the name tells: it is the value now of the field it speaks of.
    """
    if estimate is None:
        return frozenset()
    word = plan.name_of(estimate)
    others = [one for one in plan.same_name.get(word, ()) if one != estimate and values.get(one) is not None]
    if not others:
        return frozenset()
    last: tuple[Any, Any] | None = None
    for history in histories:
        for item in history.get("items") or ():
            if item.get("fieldId") is None and str(item.get("field")).casefold() == word:
                at = instant(history.get("created"))
                if at is not None and (last is None or at >= last[0]):
                    last = (at, item.get("toString"))
    if last is None or _number(last[1]) == _number(values.get(estimate)):
        return frozenset()
    return frozenset({word}) if any(_number(values.get(one)) == _number(last[1]) for one in others) else frozenset()


def _number(given: Any) -> float | None:
    try:
        return float(given)
    except (TypeError, ValueError):
        return None


def _worded(given: Any) -> str | None:
    return None if given is None else str(given)


def _text(given: Any) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    text = str(given)
    if len(text) <= LONG_TEXT:
        return text, None
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), text[:_LABEL]
