"""What is done with the audit log itself: its head anchored, what it says exported, a pseudonym resolved; each is logged."""

from datetime import datetime

import pandas as pd

from access.anchor import Anchor, Checked, check, make_anchor
from access.keys import house_key
from access.masking import PSEUDONYM, Pseudonyms, behind, seen_by
from access.permissions import Permission, require
from actions.base import acting, action
from actions.given import optional, required
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from store import audit_log
from store.audit_log import Search
from store.db import Store


@action(Permission.READ_AUDIT, house_wide=True)
def anchor_log(store: Store, actor: Actor, *, at: datetime | None = None) -> Anchor:
    """Sign the head of the audit log, this very entry included. Returns: the anchor to keep elsewhere. Raises: Refused."""
    with acting(store, actor, "anchor_log", at=at) as work:
        return make_anchor(store.config, work.audit("audit log", None, None), work.at)


def verify_log(store: Store, actor: Actor, anchor: Anchor | None = None) -> Checked:
    """Check the whole log, by its own chain and against a kept anchor; nothing is written. Raises: Refused."""
    require(actor, Permission.READ_AUDIT)
    with store.reading() as session:
        return check(store.config, audit_log.entries(session), anchor)


@action(Permission.READ_AUDIT, house_wide=True)
def export_log(store: Store, actor: Actor, *, search: Search, media: str, at: datetime | None = None) -> pd.DataFrame:
    """Take out what a search finds in the log; who took what stands in the log from then on.

    Args: media, csv or xlsx or json. Returns: the entries (store.audit_log.found). Raises: Refused.
    """
    require(actor, Permission.EXPORT)
    with acting(store, actor, "export_log", at=at) as work:
        with seen_by(actor, store).reading() as session:
            found = audit_log.found(session, search)
        asked = {"words": search.words, "actor": search.actor, "action": search.action}
        period = {"begins_at": search.begins_at, "ends_at": search.ends_at}
        work.audit("audit log", None, {"media": media, "entries": len(found), **asked, **period})
    return found


@action(Permission.EXPORT, house_wide=True)
def record_export(
    store: Store, actor: Actor, *, subject: str, media: str, rows: int, sha256: str | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Note that somebody takes out what they may see, before they get it.

    Args: subject, what it is, as a person would name it; media, csv, xlsx, pdf ...; rows, how much; sha256, of the bytes.
    Raises: Refused.
    """
    with acting(store, actor, "record_export", at=at) as work:
        work.audit(subject, None, {"media": media, "rows": rows, **({"sha256": sha256} if sha256 else {})})


@action(Permission.UNMASK, house_wide=True)
def unmask(store: Store, actor: Actor, *, pseudonym: str, reason: str, at: datetime | None = None) -> str:
    """Say who is behind a pseudonym, for a reason. The name itself is not written into the log.

    Raises: Refused; Invalid without a reason; NotFound where nothing has this pseudonym.
    """
    with acting(store, actor, "unmask", at=at) as work:
        wanted = required(pseudonym, N_("Pseudonym")).upper()
        why = required(reason, N_("Reason"))
        if not PSEUDONYM.fullmatch(wanted):
            raise Invalid(
                Text("“{given}” is no pseudonym.", given=wanted),
                next=Text("A pseudonym looks like P-K7Q2MXAB; copy it from the page where it stands."),
            )
        found = behind(work.session, Pseudonyms(house_key(store.config, "masking")), wanted)
        if found is None:
            raise NotFound(Text("Nothing in the store has the pseudonym {given}.", given=wanted))
        work.audit(wanted, None, {"reason": why})
        return found


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def see_as(store: Store, actor: Actor, *, person: str, reason: str | None = None, at: datetime | None = None) -> None:
    """Note that an admin looks at the pages as somebody else would see them. Raises: Refused."""
    with acting(store, actor, "see_as", at=at) as work:
        work.audit(f"person {person}", None, {"reason": optional(reason, N_("Reason"))})
