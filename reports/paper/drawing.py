"""A chart as shapes on a sheet of 1000 x 360 units: laid out once, drawn as SVG in HTML and as vectors in PDF."""

from collections.abc import Iterator
from dataclasses import dataclass

from charts.palette import palette
from reports.paper.document import Bars, Lines

WIDTH, HEIGHT = 1000.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 16.0, 150.0, 30.0, 46.0
SMALL = 17.0
INK = palette("light")


@dataclass(frozen=True)
class Rect:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    stroke: str
    width: float = 2.5
    is_dashed: bool = False


@dataclass(frozen=True)
class Label:
    """A text at its baseline; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    fill: str
    anchor: str = "middle"
    size: float = SMALL
    is_bold: bool = False


Shape = Rect | Stroke | Label


def draw(chart: Bars | Lines) -> tuple[Shape, ...]:
    """The shapes of a chart, those behind first."""
    return tuple(_bars(chart) if isinstance(chart, Bars) else _lines(chart))


def short(text: str, most: int) -> str:
    """A label cut to its room; the whole stands in the table beside the chart."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _bars(chart: Bars) -> Iterator[Shape]:
    count = max(len(chart.categories), 1)
    base = chart.base or (0.0,) * len(chart.categories)
    tops = [b + sum(s.values[i] or 0 for s in chart.series) for i, b in enumerate(base)]
    lows = [min(b, top) for b, top in zip(base, tops, strict=True)]
    high, low = max([*tops, *base, 0.0]), min([*lows, 0.0])
    reach = (high - low) or 1.0
    step = (WIDTH - 2 * LEFT) / count
    room = int(step / (SMALL * 0.62))

    def y(value: float) -> float:
        return TOP + (high - value) / reach * (HEIGHT - TOP - BOTTOM)

    yield Stroke(((LEFT, y(0)), (WIDTH - LEFT, y(0))), INK.line, 1.5)
    for index, name in enumerate(chart.categories):
        x, from_value = LEFT + step * index + step * 0.18, base[index]
        for series in chart.series:
            value = series.values[index]
            if value is None:
                continue
            upper, lower = y(max(from_value, from_value + value)), y(min(from_value, from_value + value))
            meaning = chart.meanings[index] if chart.meanings else series.meaning
            yield Rect(x, upper, step * 0.64, max(lower - upper, 1.5), INK[meaning])
            from_value += value
        if chart.labels:
            over = y(max(base[index], tops[index])) - 8
            yield Label(x + step * 0.32, over, chart.labels[index], INK.ink, is_bold=True)
        for line, part in enumerate(_wrapped(name, room)):
            yield Label(x + step * 0.32, HEIGHT - BOTTOM + 20 + line * SMALL * 1.1, part, INK.muted, size=SMALL * 0.9)


def _wrapped(name: str, room: int) -> list[str]:
    """A category's name on at most two lines."""
    room = max(room, 4)
    if sum(2 if ord(letter) > 0x2E80 else 1 for letter in name) <= room:
        return [name]
    words = name.split(" ")
    if len(words) > 1:
        half = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(name) / 2))
        return [short(" ".join(words[:half]), room), short(" ".join(words[half:]), room)]
    return [short(name, max(room // 2, 3) if ord(name[0]) > 0x2E80 else room)]


def _lines(chart: Lines) -> Iterator[Shape]:
    known = [value for one in chart.series for value in one.values if value is not None]
    known += [level for _, level in chart.levels]
    high, low = max([*known, 0.0]), min([*known, 0.0])
    reach = (high - low) or 1.0
    step = (WIDTH - LEFT - RIGHT) / max(len(chart.categories) - 1, 1)

    def y(value: float) -> float:
        return TOP + (high - value) / reach * (HEIGHT - TOP - BOTTOM)

    yield Stroke(((LEFT, y(0)), (WIDTH - RIGHT, y(0))), INK.line, 1.5)
    taken: list[float] = []
    for name, level in chart.levels:
        yield Stroke(((LEFT, y(level)), (WIDTH - RIGHT, y(level))), INK.muted, 1.5, is_dashed=True)
        yield Label(WIDTH - RIGHT + 10, _free(taken, y(level) + 5), short(name, 16), INK.muted, "start", SMALL * 0.9)
    for series in chart.series:
        last: tuple[float, float] | None = None
        run: list[tuple[float, float]] = []
        for index, value in enumerate(series.values):
            if value is None:
                yield from _run(run, INK[series.meaning])
                run = []
                continue
            last = (LEFT + step * index, y(value))
            run.append(last)
        yield from _run(run, INK[series.meaning])
        if last is not None:
            at = _free(taken, last[1] + 5)
            yield Label(WIDTH - RIGHT + 10, at, short(series.name, 16), INK.text[series.meaning], "start", is_bold=True)
    every = max(1, -(-len(chart.categories) // 8))
    for index in range(0, len(chart.categories), every):
        anchor = "start" if index == 0 else "middle"
        name = short(chart.categories[index], int(step * every / (SMALL * 0.55)) or 4)
        yield Label(LEFT + step * index, HEIGHT - BOTTOM + 24, name, INK.muted, anchor, SMALL * 0.9)


def _run(points: list[tuple[float, float]], colour: str) -> Iterator[Shape]:
    if len(points) > 1:
        yield Stroke(tuple(points), colour, 3)
    for x, y in points:
        yield Rect(x - 3, y - 3, 6, 6, colour)


def _free(taken: list[float], wanted: float) -> float:
    """A height near the wanted one that no other label at the end of a line has."""
    while any(abs(wanted - other) < SMALL * 1.15 for other in taken):
        wanted -= SMALL * 1.15
    taken.append(wanted)
    return wanted
