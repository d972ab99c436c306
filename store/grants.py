"""Reading who may sign in and what each was granted, for the page that shows it."""

import pandas as pd
from sqlalchemy import func, select
from sqlmodel import Session

from store import tables as t
from store.frames import frame, typed
from store.write import table_of


def people(session: Session) -> pd.DataFrame:
    """One row per person, by name: the columns of `Person` with person_id, last_seen_at of their sessions (null: never
    signed in), has_password and has_totp."""
    person, seen, kept = table_of(t.Person), table_of(t.SignInSession), table_of(t.PasswordRecord)
    last = select(func.max(seen.c.last_seen_at)).where(seen.c.person_id == person.c.id).scalar_subquery()
    statement = (
        select(
            person,
            last.label("last_seen_at"),
            kept.c.password_hash.is_not(None).label("has_password"),
            kept.c.totp_ciphertext.is_not(None).label("has_totp"),
        )
        .select_from(person.outerjoin(kept, kept.c.person_id == person.c.id))
        .order_by(person.c.name)
    )
    return typed(session, statement, {"id": "person_id"})


def grants(session: Session) -> pd.DataFrame:
    """One row per grant, by person: the columns of `Grant` with grant_id."""
    return frame(session, t.Grant, id="grant_id").sort_values(["person_id", "grant_id"], ignore_index=True)


def places(session: Session) -> tuple[list[str], list[str]]:
    """The project keys and the departments that occur in the data, to choose a reach from."""
    keys = {row[0] for row in session.execute(select(table_of(t.Project).c.key).distinct())}
    named = [table_of(model).c.department for model in (t.WorkItem, t.Kpi, t.Feedback, t.ChangeRequest, t.Person)]
    found = {
        row[0] for column in named for row in session.execute(select(column).where(column.is_not(None)).distinct())
    }
    return sorted(keys), sorted(found)
