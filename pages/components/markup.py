"""Small pieces of HTML with everything escaped: the only place where tags are written (plain strings in, Markup out).

A `str` is somebody's text and is escaped; a `Markup` was made here and stays. Nothing from data ever reaches markdown.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from charts.spark import Mark, Spark
from core.plain import straight

SHAPES = {
    "completed": "✓",
    "not_completed": "✗",
    "added": "+",
    "removed": "−",
    "carried": "↷",
    "re_estimated": "±",
    "warning": "~",
    "alarm": "!",
}
# Kinds that are no meaning of the palette borrow a colour; word and shape tell them apart.
COLOUR_OF = {"warning": "added", "alarm": "not_completed"}

BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")  # a line never ends between a number and its sign
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^@&\"])")


def plain(text: object) -> str:
    """Text from data for the label of a Streamlit widget: every markdown character escaped, on one line."""
    return MARKDOWN.sub(r"\\\1", " ".join(straight(str(text)).split()))


def clean(text: object) -> str:
    """Text that can be sent and turns nothing round: a lone surrogate (legal in JSON) would raise on the wire, so it
    becomes a question mark; a name that ends in an override would have the 31 after it read as 13."""
    return straight(str(text).encode("utf-8", "replace").decode("utf-8")) if not isinstance(text, Markup) else text


def safe(text: object) -> Markup:
    """Escaped text; Markup stays as it is."""
    return escape(text if isinstance(text, Markup) else BEFORE_PERCENT.sub("\u00a0", clean(text)))


def join(parts: Iterable[object], by: str = " · ") -> Markup:
    """Parts that are there, escaped and joined; empty ones leave no stray separator."""
    return escape(by).join(safe(part) for part in parts if part)


def emphasis(text: str, meaning: str = "not_completed") -> Markup:
    """A part of a headline in the colour of its meaning."""
    return Markup('<span class="fn-t-{}">{}</span>').format(meaning, safe(text))


def strong(text: object) -> Markup:
    """A part set bold."""
    return Markup("<b>{}</b>").format(safe(text))


def muted(text: object) -> Markup:
    """A part set quiet."""
    return Markup('<span class="fn-muted">{}</span>').format(safe(text))


def badge(kind: str, text: str) -> Markup:
    """A status: a word and a shape, then a colour.

    Args: kind, a meaning of the palette, or `warning`, `alarm`; text, the word in the reader's language.
    """
    shape = SHAPES.get(kind)
    mark = Markup('<span aria-hidden="true">{}</span> ').format(shape) if shape else Markup("")
    return Markup('<span class="fn-badge fn-b-{}">{}{}</span>').format(COLOUR_OF.get(kind, kind), mark, safe(text))


def sparkline(spark: Spark, height: int = 80) -> Markup:
    """A spark with its labels set in the page's font over the picture."""
    picture = base64.b64encode(spark.svg.encode()).decode()
    image = Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">').format(safe(spark.alt), picture)
    labels = Markup("").join(_spark_label(mark) for mark in spark.marks)
    dot = _spark_dot(spark.dot) if spark.dot else Markup("")
    return Markup('<div class="fn-spark" style="height:{}px">{}{}{}</div>').format(height, image, labels, dot)


def _spark_label(mark: Mark) -> Markup:
    if mark.meaning == "phase":
        side = "left" if mark.left < 70 else "right"
        where = mark.left if side == "left" else 100 - mark.left
        style = Markup("{}:calc({:.1f}% + 5px);top:{:.0f}%").format(side, where, mark.top)
        return Markup('<span class="fn-muted" style="{}">{}</span>').format(style, safe(mark.text))
    side = "left" if mark.left < 50 else "right"
    style = Markup("{}:0;top:{:.1f}%;transform:translateY(-108%)").format(side, mark.top)
    return Markup('<span class="fn-t-{}" style="{}">{}</span>').format(mark.meaning, style, safe(mark.text))


def _spark_dot(mark: Mark) -> Markup:
    style = Markup("left:{:.1f}%;top:{:.1f}%").format(mark.left, mark.top)
    return Markup('<i class="fn-dot fn-f-{}" style="{}"></i>').format(mark.meaning, style)


@dataclass(frozen=True)
class KpiCard:
    """What one KPI card says; every string is already in the reader's language.

    Args: name; value, the big present figure with its unit; badge, the assurance as word and shape; aim, `baseline 2 h →
    target 15 min`; spark; notes, the sentences under the line (limits, n, owner, age); alarm, a decision that waits, which
    frames the card in orange; href, where the evidence is.
    """

    name: str
    value: str
    badge: Markup | str = ""
    aim: str = ""
    spark: Spark | None = None
    notes: Sequence[str] = ()
    alarm: str = ""
    href: str = ""


def kpi_card(card: KpiCard) -> Markup:
    """One KPI card: name and assurance, value and aim, the line with its limits, the sentences."""
    name = (
        Markup('<a href="{}" target="_self">{}</a>').format(card.href, safe(card.name))
        if card.href
        else safe(card.name)
    )
    head = Markup('<div class="fn-row"><h3>{}</h3>{}</div>').format(name, safe(card.badge))
    aim = Markup('<span class="fn-muted">{}</span>').format(safe(card.aim)) if card.aim else Markup("")
    figure = Markup('<div class="fn-row fn-base"><span class="fn-big">{}</span>{}</div>').format(safe(card.value), aim)
    line = sparkline(card.spark) if card.spark else Markup("")
    notes = Markup('<p class="fn-muted">{}</p>').format(join(card.notes)) if card.notes else Markup("")
    alarm = Markup('<p class="fn-alarm-line">{}</p>').format(safe(card.alarm)) if card.alarm else Markup("")
    kind = " fn-alarm" if card.alarm else ""
    return Markup('<article class="fn-card{}">{}{}{}{}{}</article>').format(kind, head, figure, alarm, line, notes)


@dataclass(frozen=True)
class Strip:
    """One row of "against its own past": a name, its strip, the present figure, a word where it is beyond a limit."""

    name: str
    spark: Spark
    value: str
    warning: str = ""


def strip_rows(strips: Sequence[Strip], height: int = 30) -> Markup:
    """Rows of name, strip and present figure. Args: height, of a strip, in pixels."""
    rows = []
    for strip in strips:
        note = (
            Markup('<small class="fn-t-not_completed">{}</small>').format(safe(strip.warning)) if strip.warning else ""
        )
        colour = "fn-t-not_completed" if strip.warning else ""
        value = Markup('<span class="fn-strip-value {}"><b>{}</b>{}</span>').format(colour, safe(strip.value), note)
        rows.append(
            Markup('<div class="fn-strip"><span>{}</span>{}{}</div>').format(
                safe(strip.name), sparkline(strip.spark, height), value
            )
        )
    return Markup('<div class="fn-strips">{}</div>').format(Markup("").join(rows))


@dataclass(frozen=True)
class Figure:
    """One big number: its name, the value with unit, a note (n, against what), an optional meaning for its colour."""

    name: str
    value: str
    note: str = ""
    meaning: str = ""
    href: str = ""


def figure_tiles(figures: Sequence[Figure]) -> Markup:
    """Big numbers side by side, one tile each; a tile with `href` leads to its evidence."""
    tiles = []
    for figure in figures:
        colour = f"fn-t-{figure.meaning}" if figure.meaning else ""
        body = Markup(
            '<span class="fn-muted">{}</span><span class="fn-big {}">{}</span><small class="fn-muted">{}</small>'
        )
        inside = body.format(safe(figure.name), colour, safe(figure.value), safe(figure.note))
        if figure.href:
            tiles.append(
                Markup('<a class="fn-card fn-tile" href="{}" target="_self">{}</a>').format(figure.href, inside)
            )
        else:
            tiles.append(Markup('<div class="fn-card fn-tile">{}</div>').format(inside))
    return Markup('<div class="fn-tiles">{}</div>').format(Markup("").join(tiles))
