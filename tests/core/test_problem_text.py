"""A place of a sheet is named as what it is, and nothing is quoted where nothing stood."""

import pytest

from core.i18n import Text
from core.reader import Reader
from core.wording_sheets import problem_text

NEEDED = Text("Accepted: a value; this column may not be empty.")


@pytest.mark.parametrize(
    ("cell", "found", "english", "chinese"),
    [
        ("H2", "five", "Sheet “Plan”, cell H2: found “five”. Accepted", "工作表“Plan”单元格 H2：发现“five”。此列"),
        ("H2", "", "Sheet “Plan”, cell H2. Accepted", "工作表“Plan”单元格 H2：此列"),
        ("H", "", "Sheet “Plan”, column H. Accepted", "工作表“Plan” H 列：此列"),
        ("3", "", "Sheet “Plan”, row 3. Accepted", "工作表“Plan”第 3 行：此列"),
        ("", "", "Sheet “Plan”. Accepted", "工作表“Plan”：此列"),
    ],
)
def test_what_is_wrong_where(cell: str, found: str, english: str, chinese: str) -> None:
    text = problem_text("Plan", cell, found, NEEDED)
    assert Reader("en").say(text).startswith(english)
    assert Reader("zh").say(text).startswith(chinese)
    assert "“”" not in Reader("zh").say(text)
