"""Signing change requests: a decision binds the hash of one version, and nobody approves their own change."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from access.permissions import Permission, may
from actions.base import Work, acting, action
from actions.change_requests import present_version
from actions.given import LONGEST_TEXT, one_of, optional
from core.actor import Actor, Role
from core.errors import Invalid, Refused
from core.i18n import N_, Text
from core.wording_actions import DECISION
from store.db import Store
from store.read import rows_where
from store.tables import ChangeRequest, Person, Signature

SUBJECT_TABLE = "change_request"
LOCAL = "local:"  # the prefix of the person at the machine itself; no account's name may begin with it


@dataclass(frozen=True)
class Decision:
    """Where a change request stands: state (open, approved, rejected, void), the signature that counts, and those
    that no longer do because the content was changed after them."""

    state: str
    signature: Signature | None
    void: tuple[Signature, ...]


@action(Permission.SIGN_CHANGE)
def sign_change(
    store: Store,
    actor: Actor,
    *,
    number: str,
    decision: str,
    remark: str | None = None,
    on_behalf_of: str | None = None,
    seen_sha256: str | None = None,
    at: datetime | None = None,
) -> Signature:
    """Approve or decline the present version of a change request.

    Args: decision, a code of `core.wording_actions.DECISION`; on_behalf_of, who really signs, which only the local
    actor may state (the audit log keeps who entered it); seen_sha256, the content hash the signer was shown.
    Raises: Refused, also for one's own request; NotFound; Invalid, also where the content changed since it was shown.
    """
    with acting(store, actor, "sign_change", at=at) as work:
        present = present_version(work, number)
        if seen_sha256 is not None and seen_sha256 != present.content_sha256:
            raise Invalid(
                Text("{number} was changed while you were reading it.", number=number),
                next=Text("Read version {version}, then sign.", version=present.version),
            )
        signer = _signer(actor, on_behalf_of)
        _refuse_own(work, present, signer)
        row = Signature(
            source_id=present.source_id,
            subject_table=SUBJECT_TABLE,
            subject_id=number,
            content_sha256=present.content_sha256,
            decision=one_of(decision, DECISION, N_("Decision")),
            remark=optional(remark, N_("Remark"), longest=LONGEST_TEXT),
            signed_by=signer,
            department=present.department if Role.DEPARTMENT in actor.roles else None,
            signed_at=work.at,
        )
        work.add(row)
        work.audit(f"{number} version {present.version}", None, row)
        return row


def decision_on(content_sha256: str, signatures: Sequence[Signature]) -> Decision:
    """Where a change request stands.

    Args: content_sha256, of its present version; signatures, all of its number, in the order they were given.
    Returns: Decision; the last signature on the present content counts, those on other contents are void.
    """
    counting = [signature for signature in signatures if signature.content_sha256 == content_sha256]
    void = tuple(signature for signature in signatures if signature.content_sha256 != content_sha256)
    if counting:
        return Decision(counting[-1].decision, counting[-1], void)
    return Decision("void" if void else "open", None, void)


def _signer(actor: Actor, on_behalf_of: str | None) -> str:
    signer = optional(on_behalf_of, N_("Signed by"))
    if signer is None:
        return actor.name
    if not actor.name.startswith(LOCAL) and not _same_person(signer, actor.name):
        raise Refused(
            Text("{name} may not sign for someone else.", name=actor.name),
            next=Text("{signer} signs in and signs.", signer=signer),
        )
    return signer


def _refuse_own(work: Work, request: ChangeRequest, signer: str) -> None:
    """Nobody signs what they recorded; who asked for a change signs it only as the department it is for."""
    versions = rows_where(work.session, ChangeRequest, number=request.number)
    next_step = Text("Someone else has to sign {number}.", number=request.number)
    if any(_same_person(signer, version.recorded_by) for version in versions):
        raise Refused(
            Text("{signer} recorded {number} and cannot sign it.", signer=signer, number=request.number), next=next_step
        )
    as_department = work.actor.only(Role.DEPARTMENT)
    is_for_own_department = request.department is not None and may(
        as_department, Permission.SIGN_CHANGE, project=None, department=request.department
    )
    person = None if work.actor.person_id is None else work.session.get(Person, work.actor.person_id)
    names = (
        {signer, person.display_name} if person else {signer}
    )  # people write a name as it is shown, not as one signs in
    if any(_same_person(name, request.requested_by) for name in names) and not is_for_own_department:
        raise Refused(
            Text("{signer} asked for {number} and cannot approve it.", signer=signer, number=request.number),
            next=next_step,
        )


def _same_person(one: str, other: str) -> bool:
    """Names compared as people read them: width, case and blanks make no other person."""
    return _name(one) == _name(other)


def _name(given: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", given).casefold().split())
