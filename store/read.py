"""Reading single rows as objects, for actions that change them; pages and figures read frames (`store.frames`)."""

from typing import Any, TypeVar

from sqlmodel import Session, col, select

from store.tables import Base

Row = TypeVar("Row", bound=Base)


def rows_where(session: Session, model: type[Row], **equals: Any) -> list[Row]:
    """The rows whose columns equal the given values (a list means any of them), in the order of the primary key."""
    key = [col(getattr(model, column.name)) for column in model.__table__.primary_key]  # type: ignore[attr-defined]
    statement = select(model).order_by(*key)
    for name, value in equals.items():
        column = col(getattr(model, name))
        statement = statement.where(column.in_(value) if isinstance(value, list | set | tuple) else column == value)
    return list(session.exec(statement))


def last_where(session: Session, model: type[Row], **equals: Any) -> Row | None:
    """The last recorded of such rows; None where there is none."""
    found = rows_where(session, model, **equals)
    return found[-1] if found else None


def newest(session: Session, model: type[Row]) -> Row | None:
    """The row with the highest id; None in an empty table."""
    return session.exec(select(model).order_by(col(getattr(model, "id")).desc()).limit(1)).first()  # noqa: B009 - mypy knows no id on Base
