"""The sample workspace from the shell: it comes when asked, leaves whole, and never comes back unasked."""

from pathlib import Path

from tests.cli.conftest import Run, every_row
from tests.cli.files import write_csv


def test_the_sample_loads_once_and_a_rebuild_changes_nothing(sample: Run) -> None:
    assert sample("rebuild").out == "Derived 24 sprints anew; 0 rows changed.\n"
    assert "is in already" in sample("sample", "load").failure
    rows = every_row()
    assert (sample("sample", "load", "--if-empty").code, sample("sample", "load", "--if-empty").out) == (0, "")
    assert every_row() == rows


def test_each_sprint_of_the_sample_balances(sample: Run) -> None:
    for row in sample("show", "churn", "--json").json["sprints"]:
        shown = sample("show", "sprint", "--source", row["source"], "--sprint", row["sprint"], "--json").json
        assert shown["balances"] is True, row["sprint"]
        for unit in ("points", "counts"):
            one = shown[unit]
            came = one["committed"] + one["added"] + one["carried"] + one["re_estimated"] - one["removed"]
            assert came == one["completed"] + one["not_completed"], (row["sprint"], unit)


def test_cleared_no_row_but_audit_entries_mentions_it_and_it_stays_away(sample: Run) -> None:
    shown = sample("show", "sprint", "--json").json
    words = {"sample", shown["items"][0]["key"], shown["sprint"]["name"], "SHOP"}
    assert sample("sample", "clear").code == 0
    left = every_row()
    assert left.pop("audit_entry")
    for table, rows in left.items():
        for row in rows:
            said = [str(value) for value in row if isinstance(value, str | dict | list)]
            assert not [value for value in said if any(word in value for word in words)], table
    counts = sample("status", "--json").json["counts"]
    assert {name for name, count in counts.items() if count} == {"audit_entry", "setting"}
    assert sample("sample", "load", "--if-empty").out == ""
    assert sample("status", "--json").json["counts"] == counts
    assert "no sample workspace" in sample("sample", "clear").failure


def test_the_sample_and_ones_own_data_never_share_a_source(sample: Run, tmp_path: Path) -> None:
    assert "the sample workspace's own source" in sample("import", write_csv(tmp_path), "--source", "sample").failure
    assert sample("import", write_csv(tmp_path), "--source", "shop").code == 0
    sample("sample", "clear")
    assert sample("status", "--json").json["counts"]["work_item"] == 4
