"""What an audit entry is about, in Chinese: read back from the one English wording that the log keeps."""

import pytest

from core.reader import Reader
from core.wording_subjects import entries_saying, subject_words


@pytest.mark.parametrize(
    ("action", "kept", "said"),
    [
        ("import_sheet", "import of 11月 计划.xlsx into source sheets", "将 11月 计划.xlsx 导入数据源 sheets"),
        ("waive_change", "re_estimated of SHOP-377 in sprint 14", "冲刺 14 中 SHOP-377 的变更：开始后重新估算"),
        ("archive_report", "minutes Sprint 14 (Orders) (pptx)", "双周演示纪要 Sprint 14 (Orders)（pptx）"),
        ("take_note", "demo 3, action 7", "演示 3，待办 7"),
        ("end_sessions", "everybody", "所有人"),
        ("sign_in_failed", "a name without an account", "没有对应账号的名称"),
        ("raise_change_request", "CR-27", "CR-27"),
        # A name that holds the wording itself could be cut in two ways: nothing is guessed.
        ("import_sheet", "import of a into source b into source c", "import of a into source b into source c"),
        ("waive_change", "swapped of SHOP-377 in sprint 14", "swapped of SHOP-377 in sprint 14"),
        ("of_a_later_program", "person wang", "person wang"),
    ],
)
def test_a_subject_in_chinese(action: str, kept: str, said: str) -> None:
    assert subject_words(action, kept, Reader("zh")) == said
    assert subject_words(action, kept, Reader("en")) == kept


def test_a_chinese_reader_finds_what_they_read() -> None:
    """What was done, what it was about, and a code within that: each tells which entries of the log it stands in."""
    zh = Reader("zh")
    assert ("sign_change", "") in entries_saying("变更单", zh)
    assert ("answer_feedback", "") in entries_saying("反馈", zh) and ("link_feedback", "") in entries_saying("反馈", zh)
    assert ("take_note", "action") in entries_saying("待办", zh) and ("take_note", "decision") not in entries_saying(
        "待办", zh
    )
    assert ("archive_report", "weekly") in entries_saying("周报", zh)
    assert entries_saying("HTL-140", zh) == () == entries_saying("反馈", Reader("en"))
