"""Whether people have built upon what came from a source: then it is not simply taken away."""

from sqlalchemy import select
from sqlmodel import Session

from store import tables as t
from store.write import table_of

BY_PEOPLE: tuple[type[t.Base], ...] = (
    t.ArchivedReport, t.ChangeRequest, t.ChangeRequestItem, t.Demo, t.Feedback, t.GoalVerdict, t.ItemMedia, t.Kpi,
    t.Signature, t.Verdict, t.Waiver, t.WriteBack,
)  # fmt: skip


def built_upon(session: Session, source_id: int) -> list[str]:
    """The names of the tables in which people's rows belong to this source or point at its rows, sorted."""
    found = []
    for model in BY_PEOPLE:
        table = table_of(model)
        if session.execute(select(table.c.source_id).where(table.c.source_id == source_id).limit(1)).first():
            found.append(str(table.name))
    return sorted(found)
