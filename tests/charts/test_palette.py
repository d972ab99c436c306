"""The palette keeps its promise: every text is readable on every ground it stands on, and the theme file agrees."""

import tomllib
from pathlib import Path

import pytest

from charts.palette import DARK, LIGHT, MEANINGS, Palette

ROOT = Path(__file__).parents[2]
BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@BOTH
@pytest.mark.parametrize("ground", ["paper", "panel", "sidebar", "band"])
def test_ink_and_muted_are_readable_on_every_ground(colours: Palette, ground: str) -> None:
    for text in (colours.ink, colours.muted):
        assert contrast(text, getattr(colours, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_badge_and_a_coloured_word_are_readable(colours: Palette, meaning: str) -> None:
    for ground in (colours.tint[meaning], colours.panel, colours.paper):
        assert contrast(colours.text[meaning], ground) >= 4.5


@BOTH
def test_every_meaning_has_its_three_colours_and_no_two_fills_are_the_same(colours: Palette) -> None:
    for table in (colours.fill, colours.text, colours.tint):
        assert set(table) == set(MEANINGS)
    assert len(set(colours.fill.values())) == len(MEANINGS)


def test_an_unknown_meaning_is_an_error() -> None:
    with pytest.raises(KeyError):
        LIGHT["scope_creep"]


@BOTH
def test_the_theme_file_has_the_same_colours(colours: Palette) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][colours.name]
    assert theme["backgroundColor"] == colours.paper
    assert theme["textColor"] == colours.ink
    assert theme["primaryColor"] == colours.fill["accent"]
    assert theme["borderColor"] == colours.line
    assert theme["sidebar"]["backgroundColor"] == colours.sidebar
