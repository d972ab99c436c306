"""Every failure is one clear line on stderr and exit code 1; wrong usage is 2; a traceback only where it is asked for."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import fortnight
import store.db
from core.config import Config
from services.commands import frame
from tests.cli.conftest import Run
from tests.cli.files import write_csv

NOBODY = 65534
READERS = (["status"], ["show", "sprint"], ["show", "kpi"], ["sources"], ["settings"], ["rebuild"], ["sample", "load"])


@pytest.fixture
def _as_nobody() -> Iterator[None]:
    """Root may write everything, so the test becomes somebody who may not."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield
    if is_root:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users reach too, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="fortnight-cli-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def damage(config: Config, how: str) -> None:
    path = config.sqlite_path
    for leftover in (Path(f"{path}-wal"), Path(f"{path}-shm")):
        leftover.unlink(missing_ok=True)
    if how == "missing":
        path.unlink()
    elif how == "folder":
        path.unlink()
        path.mkdir()
    else:
        whole = path.read_bytes()
        path.write_bytes({"empty": b"", "text": b"hello\n", "truncated": whole[: len(whole) // 2]}[how])


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_without_a_database_each_command_says_how_to_create_it(door: Run, arguments: list[str]) -> None:
    assert "Create it with: python fortnight.py migrate" in door(*arguments).failure


@pytest.mark.parametrize("how", ["missing", "empty", "text", "truncated", "folder"])
def test_a_damaged_database_is_one_line_with_the_way_back(house: Run, sqlite_config: Config, how: str) -> None:
    damage(sqlite_config, how)
    for arguments in (*READERS, ["migrate"], ["backup"]):
        told = house(*arguments).failure
        assert str(sqlite_config.sqlite_path) in told
        assert ("restore --latest" in told) == (how != "folder")


def test_restore_latest_brings_back_what_a_damage_took(house: Run, sqlite_config: Config, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path))
    before = house("status", "--json").json["counts"]
    assert house("backup").code == 0
    damage(sqlite_config, "truncated")
    assert "damaged" in house("status").failure
    done = house("restore", "--latest")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Restored ")
    after = house("status", "--json").json["counts"]
    assert after == before | {"audit_entry": before["audit_entry"] + 1}  # the restored log notes the restore


def test_restore_without_a_backup_or_with_a_damaged_one(house: Run, tmp_path: Path) -> None:
    assert "There is no backup" in house("restore", "--latest").failure
    assert "does not exist" in house("restore", str(tmp_path / "none.db")).failure
    broken = tmp_path / "broken.db"
    broken.write_text("no database")
    assert "damaged" in house("restore", str(broken)).failure
    assert house("status").code == 0


def test_a_newer_schema_is_refused(house: Run, sqlite_config: Config) -> None:
    with closing(sqlite3.connect(sqlite_config.sqlite_path)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    for arguments in (["status"], ["migrate"], ["rebuild"]):
        assert "newer Fortnight (schema 9999)" in house(*arguments).failure


def test_a_locked_database_is_told_and_nothing_is_written(
    house: Run, sqlite_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.db, "BUSY_TIMEOUT_SECONDS", 0)
    with closing(sqlite3.connect(sqlite_config.sqlite_path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for arguments in (["import", write_csv(tmp_path)], ["rebuild"], ["settings", "language", "zh"]):
            assert "Another write is still running." in house(*arguments).failure
        assert house("status").code == 0  # readers need not wait
    assert house("import", write_csv(tmp_path)).code == 0


def test_a_database_this_account_may_not_write(
    open_folder: Path, sqlite_config: Config, door: Run, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    home = open_folder / "home"
    shutil.copytree(sqlite_config.home, home)
    monkeypatch.setenv("FORTNIGHT_HOME", str(home))
    assert door("rebuild").code == 0  # everything is imported before the account changes
    home.chmod(0o555)
    for path in home.iterdir():
        path.chmod(0o444)
    request.getfixturevalue("_as_nobody")
    told = door("rebuild").failure
    assert told.startswith("The database cannot be opened for writing.")
    assert "nothing was changed" in told


def test_a_file_this_account_may_not_read(
    open_folder: Path, sqlite_config: Config, door: Run, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    home = open_folder / "home"
    shutil.copytree(sqlite_config.home, home)
    home.chmod(0o777)
    for path in home.iterdir():
        path.chmod(0o666)
    monkeypatch.setenv("FORTNIGHT_HOME", str(home))
    file = Path(write_csv(open_folder))
    assert door("import", str(file), "--dry-run").code == 0
    file.chmod(0)
    request.getfixturevalue("_as_nobody")
    assert "This account may not." in door("import", str(file)).failure


@pytest.mark.parametrize(("name", "reason"), [("none.xlsx", "There is no such file."), (".", "It is a folder.")])
def test_a_file_that_cannot_be_read(house: Run, tmp_path: Path, name: str, reason: str) -> None:
    told = house("import", str(tmp_path / name)).failure
    assert told.startswith("The file cannot be read.")
    assert reason in told


def test_a_home_that_is_a_file(door: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("FORTNIGHT_HOME", str(tmp_path / "taken" / "home"))
    assert "taken" in door("migrate").failure


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "The database address cannot be read."),
        ("mysql://somebody@host/db", "mysql, which Fortnight does not know"),
        ("sqlite://", "names no file"),
        ("postgresql://fortnight:secret@127.0.0.1:1/fortnight", "The database does not answer."),
    ],
)
def test_a_wrong_database_address(door: Run, monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    monkeypatch.setenv("FORTNIGHT_DATABASE_URL", url)
    for command in ("status", "migrate"):
        said = door(command).failure
        assert told in said
        assert "secret" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "sprint"], "No sprint has a start date. Import a backlog with sprints"),
        (["show", "sprint", "--sprint", "S9"], "There is no sprint S9."),
        (["show", "sprint", "--source", "nix"], "There is no source “nix”."),
        (["show", "churn", "--source", "nix"], "There is no source “nix”."),
        (["undo", "7"], "There is no import 7."),
        (["undo", "2147483647"], "There is no import 2147483647."),
        (["sample", "clear"], "There is no sample workspace to clear."),
        (["settings", "zone", "Mars"], "“Mars” is no value of “Time zone”."),
        (["settings", "hours_per_day", "many"], "“many” is no value of “Hours of a working day”."),
        (["settings", "colour"], "There is no setting “colour”."),
        (["template", "nix", "never.xlsx"], "nix"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_does_not_exist(house: Run, arguments: list[str], told: str) -> None:
    assert told in house(*arguments).failure


def test_unknown_kind_and_sheet(house: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path)
    assert "“songs” is no kind of sheet." in house("import", file, "--kind", "songs").failure
    assert "There is no sheet “Nix”." in house("import", file, "--sheet", "Nix").failure


def test_a_template_never_replaces_a_file(house: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    file.write_text("mine")
    assert "There is such a file already." in house("template", "backlog", str(file)).failure
    assert file.read_text() == "mine"


def test_a_port_in_use(house: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"Port {port} cannot be listened on." in house("serve", "--port", port).failure


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["shw"], ["show"], ["import"], ["undo", "one"], ["undo"], ["serve", "--port", "0"], ["status", "--nix"],
        ["show", "sprint", "--lang", "fr"], ["show", "kpi", "--as-of", "yesterday"], ["restore"], ["template", "kpi"],
        ["restore", "a.db", "--latest"], ["show", "sprint", "--source"], ["show", "churn", "extra"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_2(house: Run, arguments: list[str]) -> None:
    done = house(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: fortnight.py" in done.err or "Error: Option" in done.err
    assert "Traceback" not in done.err


def test_the_unforeseen_is_one_line_too(
    house: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("nobody thought\nof this")

    monkeypatch.setattr(frame, "opened", broken)
    told = house("status").failure
    assert "ZeroDivisionError: nobody thought of this" in told
    assert "FORTNIGHT_DEBUG=1" in told
    monkeypatch.setenv("FORTNIGHT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        fortnight.main(["status"])


def test_errors_follow_the_language_of_the_command(house: Run, shell: Run) -> None:
    assert house("show", "sprint", "--sprint", "S9", "--lang", "zh").failure.startswith("没有冲刺 S9。")
    assert "没有冲刺 S9" in shell("show", "sprint", "--sprint", "S9", env={"FORTNIGHT_LANG": "zh"}).failure


@pytest.mark.parametrize(
    ("asked", "said"), [("status --json | head -1", "{\n"), ("show churn | true", ""), ("status --json | true", "")]
)
def test_a_reader_that_leaves_the_pipe_is_no_error(sample: Run, tmp_path: Path, asked: str, said: str) -> None:
    script = f'"{sys.executable}" "{Path(fortnight.__file__)}" {asked}; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (f"{said}0\n", "")
