"""How the pages look: the palette of the reader's appearance, the Plotly template, and one small scoped stylesheet."""

from functools import cache

import streamlit as st

from charts.figure import register_templates
from charts.palette import MEANINGS, Palette, palette
from pages.components.stylesheet import RULES

register_templates()


def current() -> Palette:
    """The palette of this session's appearance, light or dark."""
    return palette(st.context.theme.type)


@cache
def stylesheet(name: str) -> str:
    """The stylesheet of one appearance: the palette as CSS variables, then the rules. Static text, nothing from data."""
    colours = palette(name)
    plain = ("ink", "muted", "faint", "line", "paper", "panel", "sidebar", "band")
    variables = [f"--fn-{part}:{getattr(colours, part)}" for part in plain]
    classes = []
    for meaning in MEANINGS:
        variables.append(f"--fn-{meaning}:{colours.fill[meaning]}")
        classes.append(f".fn-t-{meaning}{{color:{colours.text[meaning]}}}")
        classes.append(f".fn-f-{meaning}{{background:{colours.fill[meaning]}}}")
        classes.append(f".fn-b-{meaning}{{color:{colours.text[meaning]};background:{colours.tint[meaning]}}}")
    return f"<style>:root{{{';'.join(variables)}}}{RULES}{''.join(classes)}</style>"


def inject_css() -> None:
    """Send the stylesheet of the present appearance; call once at the top of a run."""
    st.html(stylesheet(current().name))
