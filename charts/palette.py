"""The colours, once, by meaning: the same fill, text and tint for `added` on every page, in every export.

Fills come from the Okabe-Ito family and are told apart by colour-blind readers. `text` and `tint` belong together:
each text colour stands at 4.5:1 or better on its own tint and on the panel (a test measures it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FONT: Final = '"Source Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'

MEANINGS: Final = (
    "committed",
    "added",
    "carried",
    "re_estimated",
    "removed",
    "completed",
    "not_completed",
    "accent",
    "neutral",
)


@dataclass(frozen=True)
class Palette:
    """Every colour of one appearance.

    Args: name, `light` or `dark`; ink, muted, the two text colours; faint, what is greyed because n is too small;
    line, hairlines; paper, the page; panel, a card on it; sidebar; band, the natural limits behind a line;
    fill, text, tint, one colour for each of MEANINGS.
    """

    name: str
    ink: str
    muted: str
    faint: str
    line: str
    paper: str
    panel: str
    sidebar: str
    band: str
    fill: Mapping[str, str]
    text: Mapping[str, str]
    tint: Mapping[str, str]

    def __getitem__(self, meaning: str) -> str:
        """The fill colour of a meaning; an unknown one is a programming error and raises KeyError."""
        return self.fill[meaning]


LIGHT: Final = Palette(
    name="light",
    ink="#1B2430",
    muted="#5F6B7A",
    faint="#B8C0C9",
    line="#E3E8EE",
    paper="#FFFFFF",
    panel="#FFFFFF",
    sidebar="#F6F8FA",
    band="#E9EDF1",
    fill={
        "committed": "#5B7C99",
        "added": "#E69F00",
        "carried": "#C9B48A",
        "re_estimated": "#CC79A7",
        "removed": "#A5AEB8",
        "completed": "#009E73",
        "not_completed": "#D55E00",
        "accent": "#0B6E99",
        "neutral": "#6B7785",
    },
    text={
        "committed": "#3F5A73",
        "added": "#7F5600",
        "carried": "#6B5A2E",
        "re_estimated": "#8C3C6A",
        "removed": "#535E6A",
        "completed": "#006B4E",
        "not_completed": "#B04A00",
        "accent": "#0B6589",
        "neutral": "#535E6A",
    },
    tint={
        "committed": "#E6ECF1",
        "added": "#FDF0D3",
        "carried": "#F5EFDF",
        "re_estimated": "#F9E8F1",
        "removed": "#ECEFF2",
        "completed": "#DDF3EB",
        "not_completed": "#FCE7DA",
        "accent": "#E0EFF6",
        "neutral": "#ECEFF2",
    },
)

DARK: Final = Palette(
    name="dark",
    ink="#F1F4F7",
    muted="#9DA9B6",
    faint="#55616E",
    line="#2B3642",
    paper="#11171E",
    panel="#171F28",
    sidebar="#161D25",
    band="#232D38",
    fill={
        "committed": "#7E9CB8",
        "added": "#E9A820",
        "carried": "#C9B48A",
        "re_estimated": "#D58CB5",
        "removed": "#7F8B98",
        "completed": "#1DB58A",
        "not_completed": "#EE7A30",
        "accent": "#4FA8D1",
        "neutral": "#8B97A4",
    },
    text={
        "committed": "#B4CADD",
        "added": "#F2C25B",
        "carried": "#DDCBA3",
        "re_estimated": "#EAB3D1",
        "removed": "#BAC4CE",
        "completed": "#5FD6B2",
        "not_completed": "#FFA66F",
        "accent": "#7CC4E6",
        "neutral": "#BAC4CE",
    },
    tint={
        "committed": "#23313E",
        "added": "#3A2E12",
        "carried": "#332D20",
        "re_estimated": "#3A2533",
        "removed": "#2A333D",
        "completed": "#12362D",
        "not_completed": "#402415",
        "accent": "#16303F",
        "neutral": "#2A333D",
    },
)


def palette(name: str | None) -> Palette:
    """The palette of an appearance: dark for "dark", else light (also for exports, which are printed)."""
    return DARK if name == "dark" else LIGHT
