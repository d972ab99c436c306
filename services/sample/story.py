"""The sample story as events: items are written down, enter sprints, are re-estimated, reworded, dropped and done.

Everything the sheets say is replayed from these events, so that what they add up to is true by construction.
All instants are wall-clock time in the story's zone (`cast.ZONE`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from services.sample.cast import Team
from services.sample.timeline import Sprint, Timeline


@dataclass(frozen=True)
class Item:
    """A work item as it was first written down. `tag` is the name by which decisions refer to it."""

    key: str
    team: Team
    title: str
    type: str
    priority: str
    estimate: float | None
    department: str | None
    reporter: str
    assignee: str
    description: str | None
    criteria: str | None
    created_at: datetime
    tag: str | None = None
    has_resolution: bool = True


@dataclass(frozen=True)
class Event:
    """One change of one item: `field` is estimate, title, description, priority or status (todo, in_progress, done)."""

    at: datetime
    key: str
    field: str
    before: Any
    after: Any
    author: str


@dataclass(frozen=True)
class Stay:
    """An item's membership of a sprint; `removed_at` is None where it stayed to the end."""

    key: str
    sprint: Sprint
    added_at: datetime
    added_by: str
    removed_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether it came after the start (R3: at the start is not after)."""
        return self.added_at > self.sprint.started_at


@dataclass(frozen=True)
class Row:
    """One item in one sprint as a sheet would state it at the sprint's end: one row per item and sprint."""

    item: Item
    stay: Stay
    initial: float | None
    final: float | None
    status: str
    done_at: datetime | None


@dataclass(frozen=True)
class Story:
    """Everything that happened to the work: items, stays and events before the cut, each sorted by time."""

    timeline: Timeline
    items: tuple[Item, ...]
    stays: tuple[Stay, ...]
    events: tuple[Event, ...]

    @cached_property
    def by_key(self) -> dict[str, Item]:
        """Key -> item as it was first written down."""
        return {item.key: item for item in self.items}

    @cached_property
    def _events_of(self) -> dict[tuple[str, str], list[Event]]:
        grouped: dict[tuple[str, str], list[Event]] = {}
        for event in self.events:
            grouped.setdefault((event.key, event.field), []).append(event)
        return grouped

    def events_of(self, key: str, name: str) -> list[Event]:
        """The changes of one field of one item, in order."""
        return self._events_of.get((key, name), [])

    def value(self, key: str, name: str, at: datetime) -> Any:
        """A field of an item at an instant; a change at exactly that instant has happened (R3)."""
        current = "todo" if name == "status" else getattr(self.by_key[key], name)
        for event in self.events_of(key, name):
            if event.at <= at:
                current = event.after
        return current

    def now(self, key: str, name: str) -> Any:
        """A field of an item when the story ends."""
        return self.value(key, name, self.timeline.cut)

    def done_at(self, key: str, at: datetime) -> datetime | None:
        """When the item was done, if it was by `at`."""
        done = [event.at for event in self.events_of(key, "status") if event.after == "done" and event.at <= at]
        return done[-1] if done else None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One row per item and sprint, by sprint and then by when the item came in."""
        return tuple(self._stated())

    def _stated(self) -> Iterator[Row]:
        for stay in sorted(self.stays, key=lambda each: (each.sprint.number, each.added_at, each.key)):
            end = min(stay.sprint.closes_at, self.timeline.cut)
            until = stay.removed_at or end
            entered = max(stay.added_at, stay.sprint.started_at)
            yield Row(
                item=self.by_key[stay.key],
                stay=stay,
                initial=self.value(stay.key, "estimate", entered),
                final=self.value(stay.key, "estimate", until),
                status=self.value(stay.key, "status", end),
                done_at=self.done_at(stay.key, end),
            )

    def rows_of(self, sprint: Sprint) -> list[Row]:
        """The rows of one sprint."""
        return [row for row in self.rows if row.stay.sprint == sprint]

    def tagged(self, tag: str) -> list[Item]:
        """The items a decision refers to by this tag."""
        return [item for item in self.items if item.tag == tag]

    def key_of(self, title: str) -> str | None:
        """The key of the item that is called so when the story ends; None where it does not exist yet."""
        return self._key_by_title.get(title)

    @cached_property
    def _key_by_title(self) -> dict[str, str]:
        return {self.now(item.key, "title"): item.key for item in self.items}


def until(story: Story, cut: datetime) -> Story:
    """The same story as known just before `cut`: what happens at or after it has not happened."""
    stays = tuple(
        replace(stay, removed_at=stay.removed_at if stay.removed_at and stay.removed_at < cut else None)
        for stay in story.stays
        if stay.added_at < cut
    )
    kept = {stay.key for stay in stays}
    items = tuple(item for item in story.items if item.key in kept)
    events = tuple(event for event in story.events if event.at < cut and event.key in kept)
    return Story(timeline=story.timeline, items=items, stays=stays, events=events)
