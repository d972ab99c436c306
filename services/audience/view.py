"""What a phone may see of a running demo: the item on the screen, and its own reactions. Nothing else of the house."""

from dataclasses import dataclass
from typing import Any

from access.guest_links import opened_by
from reports.figures.house import house_settings
from store.db import Store
from store.read import last_where, rows_where
from store.tables import Reaction, Sprint, WorkItem


@dataclass(frozen=True)
class Shown:
    """The item on the screen, its place, and what this phone last gave for it."""

    sprint: str
    zone: str
    item_id: str
    key: str
    title: str
    place: int
    count: int
    reaction: str | None
    remarks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What the phone's script compares, to know that another item is on."""
        return {"item": self.item_id, "place": self.place}


def shown_to(store: Store, demo_id: int, token: str, guest: str | None) -> Shown | None:
    """What this link shows now; None where it is wrong or has ended."""
    with store.reading() as session:
        demo = opened_by(session, demo_id, token)
        if demo is None:
            return None
        sprint = session.get(Sprint, (demo.source_id, demo.sprint_id))
        current = demo.current_item_id or demo.order[0]
        item = session.get(WorkItem, (demo.source_id, current))
        given = rows_where(session, Reaction, demo_id=demo_id, guest=guest, work_item_id=current) if guest else []
        latest = [one.reaction for one in given if one.reaction]
        return Shown(
            sprint=sprint.name if sprint else demo.sprint_id,
            zone=house_settings(session).zone,
            item_id=current,
            key=item.key if item else current,
            title=item.title if item else "",
            place=demo.order.index(current) + 1,
            count=len(demo.order),
            reaction=latest[-1] if latest else None,
            remarks=tuple(one.remark for one in given if one.remark),
        )


def last_name(store: Store, demo_id: int, guest: str) -> str:
    """What this phone called itself last; empty where it did not."""
    with store.reading() as session:
        found = last_where(session, Reaction, demo_id=demo_id, guest=guest)
        return (found.guest_name or "") if found else ""
