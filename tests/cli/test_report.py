"""`report`: files in a folder and in the archive, with their hashes; what is asked wrongly is said in words."""

import hashlib
from pathlib import Path

from tests.cli.conftest import Run


def test_reports_and_minutes_come_out_as_files_with_their_hash(sample: Run, tmp_path: Path) -> None:
    made = sample("report", "monthly", "--lang", "both", "--out", str(tmp_path / "out"), "--json").json
    assert (made["kind"], made["language"], len(made["files"])) == ("monthly", "en+zh", 3)
    for one in made["files"]:
        assert hashlib.sha256(Path(one["file"]).read_bytes()).hexdigest() == one["sha256"]
    assert "SHOP" in sample("report", "weekly", "--project", "SHOP", "--lang", "zh", "--json").json["subject"]
    assert "has not been shown" in sample("report", "minutes", "--sprint", "Intake Sprint 11").failure
    assert "There is no demo 7." in sample("report", "minutes", "--demo", "7").failure
    assert sample("report", "minutes").code == 2
    assert sample("report", "weekly", "--lang", "fr").code == 2
