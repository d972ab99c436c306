"""Every code a ledger can give has its sentence, in both languages, with parameters that fit."""

from string import Formatter

import pytest

from core.i18n import translate
from core.reader import Reader
from core.wording_ledger import LEDGER_FINDING, WHY, ledger_finding_text, why_text
from tests.metrics.story import T0, T1, Story, at

REASONS = ("committed", "committed_done", "added", "created", "reopened", "carried")
OUTCOMES = ("completed", "not_completed", "removed", "unsettled")


def test_every_reason_and_outcome_has_its_sentence() -> None:
    unknown = {f"unknown_{outcome}" for outcome in (*OUTCOMES, "completed_outside")}
    expected = {f"{reason}_{outcome}" for reason in REASONS for outcome in OUTCOMES} | unknown
    assert set(WHY) == expected | {"completed_outside", "left_out"}


@pytest.mark.parametrize("message", [*WHY.values(), *LEDGER_FINDING.values()])
def test_translations_keep_the_placeholders(message: str) -> None:
    def names(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name)

    assert translate("zh", message) != message
    assert names(translate("zh", message)) == names(message)


def test_a_reason_reads_as_a_sentence_in_the_projects_zone(story: Story) -> None:
    story.item("1", 5, now="").change("1", at(2), "sprint", None, "1", author="王芳").change(
        "1", at(4), "sprint", "1", None
    )
    row = story.ledger().entries.iloc[0]
    said = why_text(row["why_code"], row["why_params"])
    assert Reader("en", "Asia/Shanghai").say(said) == (
        "Added 4 Mar 17:00, 2 d after the start, by 王芳. Taken out 6 Mar 17:00, 4 d after the start, by Lin. Estimate 5 at entry."
    )
    assert Reader("zh", "Asia/Shanghai").say(said) == (
        "3月4日 17:00 加入（开始后 2 天），操作人：王芳。3月6日 17:00 移出（开始后 4 天），操作人：Lin。进入时估算 5。"
    )


def test_what_was_not_recorded_is_said_so(story: Story) -> None:
    story.item("1").state("1", added_at=at(1), is_done=True)
    row = story.ledger().entries.iloc[0]
    said = Reader("en").say(why_text(row["why_code"], row["why_params"]))
    assert said == (
        "Added 3 Mar 09:00, 1 d after the start, by somebody not recorded. "
        "Completed on an unknown date. Estimate 3 at entry, 3 at the end."
    )


def test_findings_read_as_sentences(story: Story) -> None:
    story.item("1", None).item("2", is_deleted=True).item("3", status_id="777").item("4").change(
        "4", at(2), "sprint", "1", None
    )
    said = [
        Reader(lang).say(ledger_finding_text(f.code, f.params))
        for f in story.ledger().findings
        for lang in ("en", "zh")
    ]
    assert "2 items" not in " ".join(said)
    assert "Sprint 1: without an estimate, counted as 0 points (1): A-1" in said
    assert "Sprint 1 有 1 个工作项没有估算，按 0 点计：A-1" in said
    assert len(said) == 8


def test_every_finding_a_ledger_gives_has_words() -> None:
    bare = Story().sprint("1", None, T1, state="closed")
    messy = (
        Story()
        .item("1")
        .state("1", known=(), is_done=True)
        .item("2")
        .state("2", added_at=at(5), removed_at=at(2), done_at=T0)
    )
    estimates = (
        Story().item("1", None).state("1", known=("added_at", "removed_at")).change("1", at(2), "estimate", "XL", None)
    )
    given = {finding.code for one in (bare, messy, estimates) for finding in one.ledger().findings}
    assert {"sprint_without_start", "membership_unknown", "removed_before_added", "estimate_unreadable"} <= given
    assert given <= set(LEDGER_FINDING)


def test_missing_columns_are_named_as_the_template_heads_them() -> None:
    finding = ledger_finding_text("membership_unknown", {"sprint": "S1", "items": "added_at, removed_at"})
    assert "the sheet has no usable Added at and Removed at." in Reader("en").say(finding)
    assert "加入时间和移出时间" in Reader("zh").say(finding)
