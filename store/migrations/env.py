"""Alembic's entry: run by `store.migrate`, which hands over an open connection; a developer's `alembic revision` makes its own."""

from alembic import context
from sqlalchemy import Connection

from core.config import load_config
from store.db import make_engine
from store.tables import Base


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        with make_engine(load_config()).connect() as own:
            _run_on(own)
    else:
        _run_on(connection)


def _run_on(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
