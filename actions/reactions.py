"""What the audience gives from their phones while an item is shown."""

from datetime import datetime

from access.guest_links import opened_by
from access.permissions import Permission
from actions.base import acting, action
from actions.given import one_of, optional
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.wording_demo import REACTION
from store.db import Store
from store.read import rows_where
from store.tables import Reaction

LONGEST_REMARK, LONGEST_NAME = 1_000, 60
MOST_FROM_ONE = 200  # a phone that gives more is a machine


@action(Permission.REACT, house_wide=True)  # its reach is the link: one demo, and no other page
def react(
    store: Store,
    actor: Actor,
    *,
    demo_id: int,
    token: str,
    guest: str,
    work_item_id: str,
    reaction: str | None = None,
    remark: str | None = None,
    guest_name: str | None = None,
    at: datetime | None = None,
) -> Reaction:
    """Record a reaction or a remark on an item of a running demo; a guest's latest reaction on an item counts.

    Args: token, of the signed link; guest, the phone's random id; reaction, a code of `core.wording_demo.REACTION`.
    Raises: Refused, NotFound (the link is wrong or has ended, no such item), Invalid.
    """
    with acting(store, actor, "react", at=at) as work:
        demo = opened_by(work.session, demo_id, token)
        if demo is None:
            raise NotFound(Text("This link has ended with its demo, or never was one."))
        if work_item_id not in demo.order:
            raise NotFound(Text("There is no work item {id} in this demo.", id=work_item_id))
        given = Reaction(
            demo_id=demo_id,
            work_item_id=work_item_id,
            guest=guest,
            guest_name=optional(guest_name, N_("Name"), longest=LONGEST_NAME),
            reaction=one_of(reaction, REACTION, N_("Reaction")) if reaction else None,
            remark=optional(remark, N_("Remark"), longest=LONGEST_REMARK),
            given_at=work.at,
        )
        if given.reaction is None and given.remark is None:
            raise Invalid(Text("Choose a reaction or write a remark."))
        if len(rows_where(work.session, Reaction, demo_id=demo_id, guest=guest)) >= MOST_FROM_ONE:
            raise Invalid(Text("This phone has said enough for one demo."))
        work.add(given)
        work.audit(f"demo {demo_id}, work item {work_item_id}", None, given)
        return given
