"""The visible parts of a page, in the order a page uses them: headline, subline, panel, chart, cards, counted.

Every part writes our own HTML through `markup` (all text escaped) or a Streamlit element; none reads the store.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.figure import Chart
from core.i18n import Text
from core.reader import Reader
from pages.components import item_table
from pages.components.item_table import Column
from pages.components.markup import Figure, KpiCard, Strip, figure_tiles, join, kpi_card, safe, strip_rows
from pages.components.rules import rule_numbers, rule_text

PLOTLY = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


def headline(reader: Reader, *parts: object) -> None:
    """The page's answer in a sentence; a part in colour is `markup.emphasis(text, meaning)`."""
    text = join(parts, " " if reader.lang == "en" else "")
    st.html(Markup('<h1 class="fn-head" lang="{}">{}</h1>').format(reader.lang, text))


def subline(*parts: object) -> None:
    """The facts under the headline, quiet, with dots between them; empty parts are left out."""
    st.html(Markup('<p class="fn-sub">{}</p>').format(join(parts)))


def title(text: str, small: str = "", under: str = "") -> None:
    """A section's title, with a count or state beside it and a line under it."""
    beside = Markup("<small>{}</small>").format(safe(small)) if small else Markup("")
    below = Markup('<p class="fn-subtitle">{}</p>').format(safe(under)) if under else Markup("")
    st.html(Markup('<h2 class="fn-title">{}{}</h2>{}').format(safe(text), beside, below))


@contextmanager
def panel(
    text: str = "", small: str = "", under: str = "", *, key: str | None = None, height: Any = "content"
) -> Iterator[None]:
    """A bordered panel with its title; what is drawn inside the `with` stands in it. `height="stretch"` in columns."""
    with st.container(border=True, key=key, height=height, gap="xsmall"):
        if text:
            title(text, small, under)
        yield


def html(*parts: object) -> None:
    """Pieces made by `markup`, one after the other; a plain string is escaped."""
    st.html(Markup("").join(safe(part) for part in parts))


def kpi_cards(cards: Sequence[KpiCard]) -> None:
    """KPI cards in a grid that is one column on a phone."""
    st.html(Markup('<div class="fn-cards">{}</div>').format(Markup("").join(kpi_card(card) for card in cards)))


def tiles(figures: Sequence[Figure]) -> None:
    """Big numbers side by side, two to a row on a phone."""
    st.html(figure_tiles(figures))


def strips(rows: Sequence[Strip], height: int = 30) -> None:
    """ "Against its own past": one row per figure with its natural limits."""
    st.html(strip_rows(rows, height))


def chart(
    drawn: Chart,
    reader: Reader,
    *,
    key: str,
    table: pd.DataFrame | None = None,
    columns: Sequence[Column] = (),
    caption: str = "",
    clickable: bool = False,
) -> list[Any]:
    """A figure, the sentence a screen reader says for it, and its table one click away.

    Args: drawn, from `charts`; key, `page.chart`; table and columns, the figures behind the picture; caption, a line under it; clickable, whether a
    click on a bar reruns the page. Returns: the `customdata` of the bars clicked (empty: nothing chosen).
    """
    common: dict[str, Any] = {"key": key, "theme": None, "config": PLOTLY, "alt": drawn.alt, "width": "stretch"}
    if clickable:
        event = st.plotly_chart(drawn.figure, on_select="rerun", selection_mode="points", **common)
        points = event["selection"]["points"]
    else:
        st.plotly_chart(drawn.figure, **common)
        points = []
    if caption:
        st.html(Markup('<p class="fn-caption">{}</p>').format(safe(caption)))
    if table is not None:
        table_toggle(table, columns, reader)
    return list(dict.fromkeys(_chosen(point) for point in points if point.get("customdata") is not None))


def table_toggle(table: pd.DataFrame, columns: Sequence[Column], reader: Reader) -> None:
    """The chart's figures as a table, folded; opens without a rerun, by mouse or keyboard."""
    inside = item_table.table_html(table, columns, reader)
    word = reader.t("Show as table")
    st.html(Markup('<details class="fn-as-table"><summary>{}</summary>{}</details>').format(word, inside))


def counted(
    reader: Reader,
    rules: str,
    *,
    policy: str | None = None,
    notes: Sequence[Text | str] = (),
    fresh_since: datetime | None = None,
) -> None:
    """ "How this is counted": the rule numbers, the policy, what to know, the age of the data; opens to the rules' words.

    Args: rules, as in PRODUCT.md: `R9-R16` or `R17, R24`; policy, of the source (R15); notes, findings that touch these
    figures; fresh_since, when the data was last complete (null: nothing came in yet).
    """
    age = reader.t("data from {at}", at=fresh_since) if fresh_since else reader.t("no data yet")
    line = join(
        [
            reader.t("How this is counted: {rules}", rules=rules.replace("-", "–")),
            reader.t("policy {name}", name=policy) if policy else "",
            *(reader.say(note) for note in notes),
            age,
        ]
    )
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(number, rule_text(number, reader)) for number in rule_numbers(rules)
    )
    st.html(
        Markup('<details class="fn-counted" lang="{}"><summary>{}</summary><dl>{}</dl></details>').format(
            reader.lang, line, rows
        )
    )


def _chosen(point: Mapping[str, Any]) -> Any:
    """A point's customdata; the browser hands it back as the value or as a list of one."""
    given = point["customdata"]
    return given[0] if isinstance(given, list | tuple) and given else given
