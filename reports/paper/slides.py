"""What stands on which slide: every text is measured, so that nothing runs off a slide and nothing is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reports.paper.document import Bars, Block, Bullets, Facts, Lines, Paragraph, Picture, Section, Table
from reports.paper.lines import EDGES, broken, fitted, fitting, height, high

INNER, BOTTOM, GAP = 12.13, 6.85, 0.12  # inches: between the edges of a slide, above its foot, between blocks
TITLE_TOP, FIRST = 0.45, 1.2
TITLE_SIZES = (24.0, 18.0, 14.0)
TEXT, QUIET, CAPTION, CELL = 16.0, 13.0, 12.0, 11.0
FACT_LABEL, FACT_NOTE, FACT_SIZES = 12.0, 11.0, (26.0, 20.0, 14.0)
CHART, PICTURE = 3.85, 5.0  # without their captions
ROW, CELL_EDGE = 0.36, 0.06  # the least height of a row; what a cell keeps free above and below
FEWEST_LINES, FEWEST_ROWS = 3, 2  # of a text, of a table, that begin at the foot of a slide
HEADER_LINES = 4


@dataclass(frozen=True)
class Placed:
    """A block, or a part of one, on a slide. Args: top, high, in inches; rows, the heights of a table's rows."""

    block: Block
    top: float
    high: float
    rows: tuple[float, ...] = ()


@dataclass
class Layout:
    """The slides of one section, filled from above."""

    first: float
    slides: list[list[Placed]] = field(default_factory=list)
    top: float = 0.0

    @property
    def whole(self) -> float:
        """The room of an empty slide."""
        return BOTTOM - self.first

    @property
    def left(self) -> float:
        """The room below what stands on the last slide."""
        return BOTTOM - self.top if self.slides else self.whole

    def turn(self) -> None:
        """Begin the next slide."""
        self.slides.append([])
        self.top = self.first

    def put(self, block: Block, tall: float, rows: tuple[float, ...] = ()) -> None:
        """A block that is not taken apart."""
        if not self.slides or tall > self.left + 1e-9:
            self.turn()
        self.slides[-1].append(Placed(block, self.top, tall, rows))
        self.top += tall + GAP

    def say(self, text: str, tone: str) -> None:
        """A text: whole on this slide, or whole on the next; a longer one goes on from slide to slide."""
        size = size_of(tone)
        lines = broken(text, size, INNER - EDGES)
        while lines:
            n = len(lines)
            if high(n, size) > self.left:
                n = fitting(self.left, size)
                if high(len(lines), size) <= self.whole or n < FEWEST_LINES:
                    self.turn()
                    n = min(len(lines), fitting(self.left, size))
            self.put(Paragraph("".join(lines[:n]).rstrip(), tone), high(n, size))
            lines = lines[n:]

    def bullets(self, items: Sequence[str]) -> None:
        """A list, broken between its sentences where it can be."""
        group = ""
        for item in items:
            longer = f"{group}\n· {item}" if group else f"· {item}"
            if group and height(longer, TEXT, INNER) > self.left:
                self.say(group, "plain")
                longer = f"· {item}"
            group = longer
        if group:
            self.say(group, "plain")

    def facts(self, block: Facts) -> None:
        """Figures side by side; where one of them is long, each has a row."""
        for start in range(0, len(block.facts), 5):
            part = block.facts[start : start + 5]
            beside = fact_height(Facts(part))
            rows = [part] if beside <= self.whole / 2 else [(one,) for one in part]
            for row in rows:
                self.put(Facts(row), max(1.25, fact_height(Facts(row))))

    def table(self, block: Table) -> None:
        """Rows under their headers, which stand on each slide again; a row higher than a slide goes on below itself."""
        widths = column_widths(block)
        headers = tuple(_shortened(text, width) for text, width in zip(block.headers, widths, strict=True))
        above = _row_height(headers, widths)
        rows = [part for row in block.rows for part in _row_parts(row, widths, self.whole - above)]
        heights = [_row_height(row, widths) for row in rows]
        while rows:
            if above + sum(heights[:FEWEST_ROWS]) > self.left:
                self.turn()
            n = (
                next((n for n in range(1, len(rows) + 1) if above + sum(heights[:n]) > self.left + 1e-9), len(rows) + 1)
                - 1
            )
            part = Table(headers, tuple(rows[:n]), block.numeric, block.widths)
            self.put(part, above + sum(heights[:n]), (above, *heights[:n]))
            rows, heights = rows[n:], heights[n:]


def laid_out(section: Section) -> tuple[float, list[list[Placed]]]:
    """A section's slides. Returns: the size of its title, and for each slide what stands on it."""
    size = fitted(section.title, TITLE_SIZES, INNER, 1.2, is_bold=True)
    under = TITLE_TOP + height(section.title, size, INNER, is_bold=True)
    layout = Layout(first=max(FIRST, under + GAP))
    for block in section.blocks:
        if isinstance(block, Paragraph):
            layout.say(block.text, block.tone)
        elif isinstance(block, Bullets):
            layout.bullets(block.items)
        elif isinstance(block, Facts):
            layout.facts(block)
        elif isinstance(block, Table) and block.rows:
            layout.table(block)
        elif isinstance(block, Table):
            layout.say(block.empty, "quiet")
        else:
            layout.put(block, min(_drawn(block), layout.whole))
    return size, layout.slides


def size_of(tone: str) -> float:
    """The size of a paragraph's letters, in points."""
    return QUIET if tone == "quiet" else TEXT


def caption_height(text: str) -> float:
    """What the sentence under a chart or picture takes."""
    return height(text, CAPTION, INNER)


def fact_height(block: Facts) -> float:
    """What figures side by side take: as much as the longest of them."""
    width = INNER / max(len(block.facts), 1)
    return max(
        (
            height(fact.label, FACT_LABEL, width)
            + height(fact.value, fact_size(fact.value, width), width, is_bold=True)
            + height(fact.note, FACT_NOTE, width)
            for fact in block.facts
        ),
        default=0.0,
    )


def fact_size(value: str, width: float) -> float:
    """The size of a figure: as large as it fits on a line."""
    return fitted(value, FACT_SIZES, width, high(1, FACT_SIZES[0]), is_bold=True)


def column_widths(block: Table) -> list[float]:
    """The columns of a table, in inches."""
    shares = block.widths or (1.0,) * len(block.headers)
    return [INNER * share / sum(shares) for share in shares]


def _drawn(block: Bars | Lines | Picture) -> float:
    if isinstance(block, Picture):
        return PICTURE + caption_height(block.caption)
    return CHART + caption_height(block.alt)


def _row_height(row: Sequence[str], widths: Sequence[float]) -> float:
    lines = max(len(broken(text, CELL, width - EDGES)) for text, width in zip(row, widths, strict=True))
    return max(ROW, high(lines, CELL) + CELL_EDGE)


def _row_parts(row: Sequence[str], widths: Sequence[float], room: float) -> Iterator[tuple[str, ...]]:
    """A row in pieces that fit a slide; most are one."""
    most = max(fitting(room - CELL_EDGE, CELL), 1)
    cells = [broken(text, CELL, width - EDGES) for text, width in zip(row, widths, strict=True)]
    if max(map(len, cells)) <= most:
        yield tuple(row)
        return
    for start in range(0, max(map(len, cells)), most):
        yield tuple("".join(lines[start : start + most]).rstrip() for lines in cells)


def _shortened(header: str, width: float) -> str:
    """A header cut to a few lines: it is ours, and stands on every slide."""
    lines = broken(header, CELL, width - EDGES)
    return header if len(lines) <= HEADER_LINES else "".join(lines[:HEADER_LINES])[:-1] + "…"
