"""Lines of text that stand in columns, Chinese characters two columns wide: for terminals and plain files."""

import re
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from core.plain import straight

GAP = "  "
# Where a line may end: after a blank, after any wide character, but never before punctuation that belongs to it.
_PIECE = re.compile(r"\S*?[\u2e80-\u9fff\uff00-\uffef][，。；：、！？）”』」》]*|[^\s\u2e80-\u9fff\uff00-\uffef]+|\s+")


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def pad(text: str, columns: int, *, is_right: bool = False) -> str:
    """The text with blanks up to so many columns; right-aligned where `is_right`."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if is_right else text + blanks


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Sequence[int] = ()) -> list[str]:
    """A table as lines: headers, a rule, rows. A cell is one line, whatever it holds; only its own words reach the terminal.

    Args: numeric, the columns aligned to the right.
    """
    rows = [[straight(" ".join(cell.splitlines())) for cell in row] for row in rows]
    widths = [max(width(line[at]) for line in (headers, *rows)) for at in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        return GAP.join(pad(cell, widths[at], is_right=at in numeric) for at, cell in enumerate(cells)).rstrip()

    return [line(headers), GAP.join("-" * each for each in widths), *[line(row) for row in rows]]


def wrapped(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns; one word that is longer stands on a line of its own."""
    lines, current = [], ""
    for piece in _PIECE.findall(text):
        if current and width((current + piece).rstrip()) > columns:
            lines.append(current.rstrip())
            current = piece.lstrip()
        else:
            current += piece
    return [*lines, current.rstrip()] if current.strip() else lines
