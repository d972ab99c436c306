"""An upgrade from the shell: after it every figure is as this program counts it, and nothing is left to derive."""

from alembic import command

from core.config import load_config
from store.db import make_engine
from store.migrate import alembic_config
from tests.cli.conftest import Run


def test_what_an_older_program_derived_is_derived_anew(sample: Run) -> None:
    before = sample("show", "churn", "--json").json
    _as_the_first_release_left_it()
    assert "Upgrade it with: python fortnight.py migrate" in sample("status").failure
    done = sample("migrate")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].startswith("Upgraded to ")
    assert done.out.splitlines()[1].startswith("Derived 24 sprints anew; ")
    assert sample("show", "churn", "--json").json == before
    assert sample("rebuild").out == "Derived 24 sprints anew; 0 rows changed.\n"


def _as_the_first_release_left_it() -> None:
    engine = make_engine(load_config())
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
        with connection.begin():
            settings = alembic_config()
            settings.attributes["connection"] = connection
            command.downgrade(settings, "0001")
    engine.dispose()
