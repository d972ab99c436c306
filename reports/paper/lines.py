"""How much room a text takes on a slide, in inches: an upper bound, since whoever opens the file has the typefaces, not we."""

import re
from collections.abc import Sequence

# A Chinese letter with the marks that must not begin a line, or a word with the blanks after it.
PIECES = re.compile(r"[\u2e80-\ufe4f][，。、；：！？）》”’…％]*|[^\s\u2e80-\ufe4f]+\s*|\s+")
AN_INCH = 72  # points
LINE = 1.33  # ems from line to line: Microsoft YaHei's; Calibri's are closer
INSET, EDGES = 0.1, 0.2  # what a text box keeps free above and below, left and right
BOLDER = 1.07
NARROW, WIDE = frozenset("iljI.,:;'|!()[]-/ft "), frozenset("mwMW@%&—…")


def ems(text: str) -> float:
    """The width of a text in ems, at least as much as Calibri and Microsoft YaHei take."""
    return sum(map(_em, text))


def _em(letter: str) -> float:
    code = ord(letter)
    if code >= 0x2E80 or letter in "“”‘’×→≥≤":
        return 1.4 if code >= 0x1F000 else 1.0
    if letter in NARROW:
        return 0.36
    if letter in WIDE:
        return 0.92
    if code < 0x7F:
        return 0.68 if letter.isupper() else 0.54
    return 0.75


def broken(text: str, size: float, width: float, *, is_bold: bool = False) -> list[str]:
    """A text in lines that fit. Args: size, in points; width, in inches. Returns: the lines, which together are the text."""
    room = width * AN_INCH / size / (BOLDER if is_bold else 1)
    return [line for part in text.splitlines(keepends=True) or [""] for line in _lines(part, room)]


def _lines(text: str, room: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for found in PIECES.findall(text):
        for piece in _fitting(found, room):
            if line.strip() and used + ems(piece.rstrip()) > room:
                lines.append(line)
                line, used = "", 0.0
            line, used = line + piece, used + ems(piece)
    return [*lines, line]


def _fitting(piece: str, room: float) -> list[str]:
    """A word in parts that fit a line."""
    parts, part, used = [], "", 0.0
    for letter in piece:
        wide = 0.0 if letter.isspace() else _em(letter)
        if part and used + wide > room:
            parts.append(part)
            part, used = "", 0.0
        part, used = part + letter, used + wide
    return [*parts, part]


def high(lines: int, size: float) -> float:
    """The height of a text box of so many lines."""
    return max(lines, 1) * size * LINE / AN_INCH + INSET


def fitting(room: float, size: float) -> int:
    """How many lines fit a text box of this height."""
    return int((room - INSET) * AN_INCH / size / LINE + 1e-9)


def fitted(text: str, sizes: Sequence[float], width: float, room: float, *, is_bold: bool = False) -> float:
    """The largest of these sizes, given from the largest on, at which a text fits; the smallest where none does."""
    for size in sizes:
        if len(broken(text, size, width - EDGES, is_bold=is_bold)) <= fitting(room, size):
            return size
    return sizes[-1]


def height(text: str, size: float, width: float, *, is_bold: bool = False) -> float:
    """The height of a text box of this width."""
    return high(len(broken(text, size, width - EDGES, is_bold=is_bold)), size)
