"""The state of an issue and what a change leaves in its history: the history always leads to the state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from services.demo_jira.cast import GONE_STATUS, LINK_TYPES, PEOPLE, PRIORITIES, RESOLUTIONS, STATUSES, TYPES

# field, from, fromString, to, toString
Item = tuple[str, str | None, str | None, str | None, str | None]
State = dict[str, Any]
Change = tuple[str, Any]


@dataclass(slots=True)
class History:
    """What one person changed at one instant (epoch milliseconds)."""

    id: int
    at: int
    author: int
    items: list[Item]


@dataclass(slots=True)
class Story:
    """One issue: how it began, what happened, how it is now."""

    id: int
    created: int
    updated: int
    reporter: int
    state: State
    histories: list[History] = field(default_factory=list)
    done_at: int | None = None
    category_at: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """How the server calls what an id stands for, for the strings of histories."""

    sprint: Callable[[int], str]
    key: Callable[[int], str]
    version: Callable[[str], str]
    person_id: Callable[[int], str]
    project: Callable[[str], str]


def number(value: float | None) -> str | None:
    """An estimate as histories write it: without a needless .0."""
    return None if value is None else f"{value:g}"


_WORDS: dict[str, dict[Any, str]] = {
    "status": {status.id: status.name for status in (*STATUSES.values(), GONE_STATUS)},
    "priority": PRIORITIES,
    "resolution": RESOLUTIONS,
    "issuetype": {kind.id: kind.name for kind in TYPES.values()},
}


def _listed(ids: list[int], names: Names) -> tuple[str, str]:
    return ", ".join(map(str, ids)), ", ".join(map(names.sprint, ids))


def change(state: State, changes: Iterable[Change], names: Names) -> list[Item]:
    """Change a state, and return the items that its history gets; what is so already leaves none."""
    items: list[Item] = []
    for name, value in changes:
        old = state.get(name)
        if name == "rank":
            items.append(("rank", "", "", "", value))
            continue
        if old == value:
            continue
        state[name] = value
        if (words := _WORDS.get(name)) is not None:
            items.append((name, old, words.get(old), value, words.get(value)))
            continue
        items.extend(_items(name, old, value, names))
    return items


def _items(name: str, old: Any, new: Any, names: Names) -> Iterable[Item]:
    if name == "sprint":
        was, will = _listed(old, names), _listed(new, names)
        yield (name, was[0], was[1], will[0], will[1])
    elif name == "estimate":
        yield (name, None, number(old), None, number(new))
    elif name in ("summary", "description"):
        yield (name, None, old, None, new)
    elif name == "labels":
        yield (name, None, " ".join(old), None, " ".join(new))
    elif name == "assignee":
        yield (name, _person(old, names), _name(old), _person(new, names), _name(new))
    elif name == "parent":
        yield (name, *_issue(old, names), *_issue(new, names))
    elif name in ("fix_versions", "components"):
        words = names.version if name == "fix_versions" else str
        for gone in (value for value in old if value not in new):
            yield (name, gone, words(gone), None, None)
        for come in (value for value in new if value not in old):
            yield (name, None, None, come, words(come))
    elif name == "links":
        for link in (value for value in old if value not in new):
            yield (name, names.key(link[2]), _link_words(link, names), None, None)
        for link in (value for value in new if value not in old):
            yield (name, None, None, names.key(link[2]), _link_words(link, names))
    elif name == "flagged":
        yes, no = ("[10019]", "Impediment"), ("", "")
        yield (name, *(yes if old else no), *(yes if new else no))
    elif name == "project":
        yield (name, old, names.project(old), new, names.project(new))
    elif name == "key":
        yield (name, None, old, None, new)
    else:  # time in seconds: both sides say the number
        text = (None if old is None else str(old), None if new is None else str(new))
        yield (name, text[0], text[0], text[1], text[1])


def _person(person: int | None, names: Names) -> str | None:
    return None if person is None else names.person_id(person)


def _name(person: int | None) -> str | None:
    return None if person is None else PEOPLE[person].name


def _issue(index: int | None, names: Names) -> tuple[str | None, str | None]:
    return (None, None) if index is None else (str(index), names.key(index))


def _link_words(link: tuple[str, bool, int], names: Names) -> str:
    kind, is_outward, other = link
    return f"This issue {LINK_TYPES[kind][2 if is_outward else 1]} {names.key(other)}"
