"""The accounts as the shell lists them."""

from typing import Any

from core.i18n import N_
from core.reader import Reader
from core.wording_actions import ROLE
from store.db import Session
from store.read import rows_where
from store.tables import ExternalIdentity, Grant, PasswordRecord, Person

WAYS = {"password": N_("password"), "provider": N_("single sign-on"), "none": N_("no way in yet: users link NAME")}


def listed(session: Session) -> list[dict[str, Any]]:
    """One entry per account, by name: grants, whether it is active, by what it signs in."""
    passwords = {row.person_id: row for row in rows_where(session, PasswordRecord)}
    external = {row.person_id for row in rows_where(session, ExternalIdentity)}
    found = []
    for person in sorted(rows_where(session, Person), key=lambda one: one.name):
        record = passwords.get(person.id or 0)
        way = "password" if record and record.password_hash else "provider" if person.id in external else "none"
        grants = [
            {"role": row.role, "project": row.project_key, "department": row.department}
            for row in rows_where(session, Grant, person_id=person.id)
        ]
        has_code = bool(record and record.totp_ciphertext)
        found.append(
            {"name": person.name, "display_name": person.display_name, "is_active": person.is_active, "signs_in_by": way,
             "has_second_factor": has_code, "grants": grants}
        )  # fmt: skip
    return found


def listed_lines(accounts: list[dict[str, Any]], reader: Reader) -> list[str]:
    """The same for people, one line an account."""
    if not accounts:
        return [reader.t("There is no account yet.")]
    lines = []
    for one in accounts:
        grants = [
            " ".join(filter(None, [reader.t(ROLE[held["role"]]), held["project"], held["department"]]))
            for held in one["grants"]
        ]
        state = reader.t(WAYS[one["signs_in_by"]]) if one["is_active"] else reader.t("disabled")
        lines.append(f"{one['name']}  {', '.join(grants) or '-'}  ({state})")
    return lines
