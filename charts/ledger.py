"""The sprint ledger as a waterfall that sums before your eyes (R9 to R15)."""

from collections.abc import Mapping, Sequence
from typing import Any

from charts.figure import MINUS, Chart, draw, key_list, known, number_labels, plain, signed, wrap_label
from charts.palette import Palette
from core.i18n import N_
from core.reader import Reader

STEPS = ("committed", "added", "carried", "re_estimated", "removed", "completed", "not_completed")
STEP_NAMES = {
    "committed": N_("committed"),
    "added": N_("added"),
    "carried": N_("carried"),
    "re_estimated": N_("re-estimated"),
    "removed": N_("removed"),
    "completed": N_("completed"),
    "not_completed": N_("not completed"),
}
Totals = Mapping[str, float | None]


def waterfall(
    totals: Totals,
    *,
    reader: Reader,
    palette: Palette,
    keys: Mapping[str, Sequence[str]] | None = None,
    unit: str = "",
    height: int = 340,
    narrow: bool = False,
) -> Chart:
    """Committed, + added, + carried, ± re-estimated, − removed, = completed + not completed.

    Args: totals, one number per bucket name of STEPS, in points or in counts, null where it cannot be known; keys, the
    item keys per bucket for the hover; unit, already in words (`points`, `件`); narrow, for a phone: every second name
    stands a line lower, so that none has to be turned.
    Returns: the chart; each bar's `customdata` is its bucket's name. A null bucket is drawn as "n/a", never as zero.
    Rule: R15.
    """
    bases, sizes, tops = _stairs(totals)
    labels = [_label(step, totals.get(step), reader) for step in STEPS]
    peak = max([base + size for base, size in zip(bases, sizes, strict=True)] + [1.0])
    bars: dict[str, Any] = {
        "type": "bar",
        "x": list(range(len(STEPS))),
        "y": sizes,
        "base": bases,
        "width": 0.72,
        "customdata": list(STEPS),
        "text": labels,
        "textposition": "none",
        "hovertext": [_hover(step, totals.get(step), (keys or {}).get(step, ()), unit, reader) for step in STEPS],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": [palette[step] for step in STEPS]},
        "unselected": {"marker": {"opacity": 0.4}},
    }
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 4, "t": 14, "b": 4},
        "xaxis": {
            "tickmode": "array",
            "tickvals": list(range(len(STEPS))),
            "ticktext": _names(reader, narrow),
            "tickangle": 0,
            "ticklabeloverflow": "allow",
            "range": [-0.5, 6.5],
        },
        "yaxis": {"range": [0, peak * 1.08], "showticklabels": False, "nticks": 5},
    }
    numbers = number_labels(
        [base + size for base, size in zip(bases, sizes, strict=True)],
        [f"<b>{label}</b>" if known(totals.get(step)) else label for step, label in zip(STEPS, labels, strict=True)],
        [palette.ink if known(totals.get(step)) else palette.muted for step in STEPS],
        palette,
    )
    return Chart(draw([bars, numbers, _connectors(tops, totals, palette)], layout, palette), _alt(totals, unit, reader))


def _names(reader: Reader, narrow: bool) -> list[str]:
    if not narrow or reader.lang == "zh":  # Chinese names are short enough
        return [wrap_label(reader.t(STEP_NAMES[step])) for step in STEPS]
    return ["<br>" * (i % 2) + plain(reader.t(STEP_NAMES[step])) for i, step in enumerate(STEPS)]


def balance_line(totals: Totals, reader: Reader) -> str:
    """The identity as an equation: `34 + 6 + 2 − 3 − 5 = 31 + 3`; an unknown bucket makes it "not known"."""
    if not all(known(totals.get(step)) for step in STEPS):
        return reader.t("The balance is not known: this source has no history of the sprint.")
    value = {step: float(totals[step] or 0) for step in STEPS}
    moved = value["re_estimated"]
    left = (
        f"{reader.number(value['committed'])} + {reader.number(value['added'])} + {reader.number(value['carried'])} "
        f"{MINUS if moved < 0 else '+'} {reader.number(abs(moved))} {MINUS} {reader.number(value['removed'])}"
    )
    return f"{left} = {reader.number(value['completed'])} + {reader.number(value['not_completed'])}"


def is_balanced(totals: Totals) -> bool | None:
    """Whether the identity of R15 holds; None where a bucket is not known."""
    if not all(known(totals.get(step)) for step in STEPS):
        return None
    value = {step: float(totals[step] or 0) for step in STEPS}
    left = value["committed"] + value["added"] + value["carried"] + value["re_estimated"] - value["removed"]
    return abs(left - value["completed"] - value["not_completed"]) < 1e-6


def _stairs(totals: Totals) -> tuple[list[float], list[float], list[float]]:
    """Base, height and running total after each step; an unknown step stands at its predecessor's level."""
    bases: list[float] = []
    sizes: list[float] = []
    tops: list[float] = []
    level = 0.0
    for step in STEPS[:5]:
        value = totals.get(step)
        change = float(value) if value is not None and known(value) else 0.0
        change = -change if step == "removed" else change
        bases.append(min(level, level + change))
        sizes.append(abs(change))
        level += change
        tops.append(level)
    done, rest = (float(v) if v is not None and known(v) else 0.0 for v in (totals.get(s) for s in STEPS[5:]))
    return [*bases, rest, 0.0], [*sizes, done, rest], [*tops, rest, 0.0]


def _label(step: str, value: float | None, reader: Reader) -> str:
    if step in ("committed", "completed", "not_completed"):
        return reader.number(value)
    return signed(-value if step == "removed" and value is not None else value, reader)


def _hover(step: str, value: float | None, keys: Sequence[str], unit: str, reader: Reader) -> str:
    head = f"<b>{plain(reader.t(STEP_NAMES[step]))}</b>  {_label(step, value, reader)} {plain(unit)}".rstrip()
    return head + (f"<br>{key_list(keys, reader)}" if keys else "")


def _connectors(tops: Sequence[float], totals: Totals, palette: Palette) -> dict[str, Any]:
    """Dotted lines that carry the running total from bar to bar, where both are known."""
    x: list[float | None] = []
    y: list[float | None] = []
    for i in range(6):
        if known(totals.get(STEPS[i])) and known(totals.get(STEPS[i + 1])):
            x += [i + 0.36, i + 0.64, None]
            y += [tops[i], tops[i], None]
    line = {"color": palette.faint, "width": 1, "dash": "dot"}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _alt(totals: Totals, unit: str, reader: Reader) -> str:
    parts = ", ".join(f"{reader.t(STEP_NAMES[s])} {_label(s, totals.get(s), reader)}" for s in STEPS)
    return reader.t("Sprint ledger ({unit}): {parts}.", unit=unit or "–", parts=parts)


def staircase(totals: Totals, reader: Reader) -> tuple[list[float], list[float], list[str]]:
    """The waterfall for exports: base, height and label of each of STEPS. An unknown step has no height, and says so."""
    bases, sizes, _ = _stairs(totals)
    return bases, sizes, [_label(step, totals.get(step), reader) for step in STEPS]
