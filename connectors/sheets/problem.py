"""What is wrong with one cell: where it is, what was found, what would be accepted."""

from dataclasses import dataclass
from typing import Literal

from core.errors import Invalid
from core.i18n import Text
from core.wording_sheets import problem_text

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be imported (error), or one that is imported with a reservation (warning).

    Args: sheet, its name; cell, as spreadsheets name it (`C7`; `C` for a whole column, empty for the sheet); row, its
    number in the sheet (0 for none); found, what stood there; accepted, what would be; code, the finding's code.
    """

    sheet: str
    cell: str
    row: int
    found: str
    accepted: Text
    severity: Severity = "error"
    code: str = "cell"
    field: str = ""

    def text(self) -> Text:
        """The problem as one sentence."""
        return problem_text(self.sheet, self.cell, self.found, self.accepted)


class Problems(Invalid):
    """A sheet with errors: nothing of it is imported. `problems` holds every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = [problem for problem in problems if problem.severity == "error"]
        super().__init__(
            Text(
                "{n} cells cannot be imported; nothing was.",
                one="{n} cell cannot be imported; nothing was.",
                n=len(errors),
            ),
            where=errors[0].text() if errors else None,
            next=Text("Correct the file, or the mapping of its columns, and import it again."),
        )
