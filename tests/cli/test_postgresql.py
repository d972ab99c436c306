"""The same commands on PostgreSQL: import, show, sample, undo, rebuild."""

from pathlib import Path

from core.config import Config
from tests.cli.conftest import Run, every_row
from tests.cli.files import COUNTS, POINTS, write_csv
from tests.cli.test_import import BOOKS


def test_a_file_goes_in_and_out_again(postgresql_config: Config, door: Run, tmp_path: Path) -> None:
    assert door("migrate").out.startswith("The database is up to date")
    nothing = every_row(but=BOOKS)
    assert door("import", write_csv(tmp_path)).code == 0
    shown = door("show", "sprint", "--json").json
    assert (shown["points"], shown["counts"]) == (POINTS, COUNTS)
    assert door("rebuild").out == "Derived 1 sprints anew; 0 rows changed.\n"
    assert door("undo", "1").code == 0
    assert every_row(but=BOOKS) == nothing
    assert "is no backup of a PostgreSQL database" in door("restore", str(tmp_path / "backlog.csv")).failure


def test_the_sample_comes_and_goes(postgresql_config: Config, door: Run) -> None:
    assert door("sample", "load").out == "The sample workspace is in: 288 work items.\n"
    for arguments in (
        ["show", "sprint"],
        ["show", "churn"],
        ["show", "kpi"],
        ["show", "feedback"],
        ["status"],
        ["sources"],
    ):
        done = door(*arguments)
        assert (done.code, done.err) == (0, "")
    assert door("rebuild").out == "Derived 24 sprints anew; 0 rows changed.\n"
    assert door("sample", "clear").code == 0
    left = {name for name, count in door("status", "--json").json["counts"].items() if count}
    assert left == {"audit_entry", "setting"}
