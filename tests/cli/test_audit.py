"""The audit log from the shell: checked, anchored, taken out; an edit, a removal, a cut and a rebuild are each found."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.config import load_config
from tests.cli.conftest import Run


def tamper(*statements: str) -> None:
    """Change the file as somebody with a database tool would, who first takes away what guards the log."""
    with closing(sqlite3.connect(load_config().sqlite_path)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        connection.execute("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def log(house: Run) -> Run:
    """Four entries, each by the user of the system."""
    for days in ("7", "8", "9", "10"):
        assert house("settings", "demo_every_days", days).code == 0
    return house


def test_a_whole_log_holds_and_its_anchor_is_met(log: Run, tmp_path: Path) -> None:
    kept = tmp_path / "anchor.json"
    assert "Keep it on another machine" in log("audit", "anchor", str(kept)).out
    assert "is there already" in log("audit", "anchor", str(kept)).failure
    assert log("settings", "demo_every_days", "14").code == 0
    done = log("audit", "verify", "--anchor", str(kept))
    assert (done.code, done.out.startswith("The audit log holds: 6 entries")) == (0, True)
    assert json.loads(log("audit", "anchor").out)["entry_id"] == 7
    assert log("audit", "verify", "--json").json["holds"] is True
    assert log("audit", "verify", "--lang", "zh").out.startswith("审计日志完整")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE id = 2", "Entry 2 was changed"),
        ("UPDATE audit_entry SET address = '10.0.0.1' WHERE id = 2", "Entry 2 was changed"),
        ("DELETE FROM audit_entry WHERE id = 2", "Entry 2 is missing"),
        (
            "UPDATE audit_entry SET id = CASE id WHEN 2 THEN -3 ELSE -2 END WHERE id IN (2, 3)",
            "Entry 2 does not follow",
        ),
    ],
    ids=["edited", "address", "removed", "reordered"],
)
def test_what_was_done_to_the_log_is_found_by_itself(log: Run, statement: str, said: str) -> None:
    tamper(statement, "UPDATE audit_entry SET id = -id WHERE id < 0")
    done = log("audit", "verify")
    assert done.code == 1
    assert said in done.out
    assert done.out.splitlines()[-1].startswith("The audit log does not hold")


def test_a_log_cut_off_is_found_against_a_kept_anchor(log: Run, tmp_path: Path) -> None:
    kept = tmp_path / "anchor.json"
    log("audit", "anchor", str(kept))
    tamper("DELETE FROM audit_entry WHERE id > 2")
    assert log("audit", "verify").code == 0
    done = log("audit", "verify", "--anchor", str(kept))
    assert (done.code, "it was cut off" in done.out) == (1, True)
    assert "cannot be read" in log("audit", "verify", "--anchor", str(tmp_path / "none")).failure


def test_the_log_is_taken_out_and_that_is_logged(log: Run, tmp_path: Path) -> None:
    target = tmp_path / "log.csv"
    assert log("audit", "export", str(target), "--search", "settings").code == 0
    rows = list(csv.DictReader(target.read_text("utf-8-sig").splitlines()))
    assert [row["What was done"] for row in rows] == ["changed the settings"] * 4
    assert rows[0]["Who did it"].startswith("local:")
    lines = tmp_path / "log.jsonl"
    log("audit", "export", str(lines))
    newest = json.loads(lines.read_text("utf-8").splitlines()[0])
    assert (newest["action"], newest["after"]["entries"]) == ("export_log", 4)
    assert target.stat().st_mode & 0o077 == 0
    assert "no known kind" in log("audit", "export", str(tmp_path / "log.pdf")).failure
