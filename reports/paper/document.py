"""What a report is made of: sections of blocks, every word in it already said in the reader's language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from core.plain import plain_text, straight

LONGEST = 5_000  # of a paragraph; what is cut ends in "…"
LONGEST_CELL = 1_000
MOST_BREAKS = 60  # further lines of a text go on in the last one
LONGEST_LABEL = 200  # of a title, a figure or a name in a chart
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")  # no XML and no typeface holds them


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


def printable(documents: Iterable[Document]) -> list[Document]:
    """The documents as every paper can hold them: no control character, nothing that turns figures round, no text without
    an end."""
    return [_printed(one, LONGEST) for one in documents]


def _printed(part: Any, longest: int) -> Any:
    if isinstance(part, str):
        text = part if len(part) <= longest else f"{part[: longest - 1]}…"
        lines = straight(UNPRINTABLE.sub(" ", plain_text(text))).split(
            "\n", 0 if longest == LONGEST_LABEL else MOST_BREAKS
        )
        return "\n".join([*lines[:-1], lines[-1].replace("\n", " ")])
    if isinstance(part, tuple):
        return tuple(_printed(one, longest) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    own = longest
    if isinstance(part, Table):
        own = LONGEST_CELL
    elif isinstance(part, Fact | Series | Bars | Lines | Picture):
        own = LONGEST_LABEL
    titles = {"title", "subtitle"}
    return replace(
        part,
        **{
            one.name: _printed(getattr(part, one.name), LONGEST_LABEL if one.name in titles else own)
            for one in fields(part)
        },
    )


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
