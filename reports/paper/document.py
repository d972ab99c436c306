"""What a report is made of: sections of blocks, every word in it already said in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few; `tone` is `plain`, `quiet` (how it was counted, since when) or `alarm`."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """One figure: what it is, its value as people write it, and what it stands against."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Figures side by side."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headers. `numeric` are the indexes of the columns that stand to the right; `empty` is said where there is
    no row."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()  # relative; equal where not given
    empty: str = ""


@dataclass(frozen=True)
class Series:
    """One row of values over a chart's categories; None is a gap. `meaning` is a colour of charts.palette."""

    name: str
    values: tuple[float | None, ...]
    meaning: str = "accent"


@dataclass(frozen=True)
class Bars:
    """Bars from zero. Several series stand on each other; `base` lifts each bar (a waterfall), and is not drawn.

    Args: labels, what is written over each bar; unit, what the values are; alt, the chart in a sentence.
    """

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    alt: str
    base: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()  # a colour a bar, where a bar's meaning is not its series'


@dataclass(frozen=True)
class Lines:
    """Lines over categories, each labelled at its end; `levels` are labelled horizontal lines (targets, limits)."""

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    alt: str
    levels: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture as `core.media.for_paper` makes it. Args: width, height, in pixels; caption, what it shows."""

    content: bytes
    width: int
    height: int
    caption: str


Block = Paragraph | Bullets | Facts | Table | Bars | Lines | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; a slide begins with it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report in one language.

    Args: title; headline, its answer in a sentence; subtitle, of whom and when; lang, `en` or `zh`; sections; footer, how
    it was counted and from which data; made, when and by whom it was made.
    """

    title: str
    headline: str
    subtitle: str
    lang: str
    sections: tuple[Section, ...]
    footer: str
    made: str


def texts(part: Any) -> Iterator[str]:
    """Every text of a document or a part of it: what a font must have glyphs for, and what a test looks for."""
    if isinstance(part, str):
        yield part
    elif is_dataclass(part):
        for one in fields(part):
            if one.name not in {"meaning", "meanings", "tone", "lang"}:
                yield from texts(getattr(part, one.name))
    elif isinstance(part, tuple | list):
        for one in part:
            yield from texts(one)
