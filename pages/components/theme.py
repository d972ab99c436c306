"""How the pages look: the palette of the reader's appearance, the Plotly template, and one small scoped stylesheet."""

from functools import cache

import streamlit as st

from charts.figure import register_templates
from charts.palette import DARK, LIGHT, MEANINGS, Palette, palette
from pages.components.stylesheet import RULES

register_templates()


def current() -> Palette:
    """The palette of this session's appearance, light or dark."""
    return palette(st.context.theme.type)


def is_phone() -> bool:
    """Whether the reader's browser says that it is a phone: a chart must fit some 300 pixels there."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


@cache
def stylesheet() -> str:
    """The stylesheet: the palette as CSS variables, then the rules. Static text, nothing from data.

    Each colour is `light-dark(…)`: it follows Streamlit's own appearance at once, without a rerun.
    """
    plain = ("ink", "muted", "faint", "line", "paper", "panel", "sidebar", "band")
    variables = [_variable(part, getattr(LIGHT, part), getattr(DARK, part)) for part in plain]
    classes = []
    for meaning in MEANINGS:
        variables.append(_variable(meaning, LIGHT.fill[meaning], DARK.fill[meaning]))
        variables.append(_variable(f"t-{meaning}", LIGHT.text[meaning], DARK.text[meaning]))
        variables.append(_variable(f"b-{meaning}", LIGHT.tint[meaning], DARK.tint[meaning]))
        classes.append(f".fn-t-{meaning}{{color:var(--fn-t-{meaning})}}")
        classes.append(f".fn-f-{meaning}{{background:var(--fn-{meaning})}}")
        classes.append(f".fn-b-{meaning}{{color:var(--fn-t-{meaning});background:var(--fn-b-{meaning})}}")
    return f"<style>:root{{{';'.join(variables)}}}{RULES}{''.join(classes)}</style>"


def inject_css() -> None:
    """Send the stylesheet; call once at the top of a run."""
    st.html(stylesheet())


def _variable(name: str, light: str, dark: str) -> str:
    return f"--fn-{name}:light-dark({light},{dark})"
