"""A list that people put in order by dragging, with buttons, or with the arrow keys; a tick leaves an item out.

Streamlit has no such list. A component's inline script would need `blob:` in the content policy, so this one is served as
a file, which Streamlit does for a component that a manifest declares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from core.reader import Reader
from pages.components.markup import clean

HERE = Path(__file__).parent
NAME = "fortnight.order_list"


@dataclass(frozen=True)
class Listed:
    """One item of the list."""

    id: str
    key: str
    title: str
    outcome: str
    points: str


def order_list(reader: Reader, items: Sequence[Listed], *, key: str) -> list[str]:
    """The ids of the ticked items, in the order in which people put them. Args: key, `page.name` of this very list."""
    kept = st.session_state.get(key, {})
    wanted = in_order(items, kept.get("wanted"))
    words = {
        "move": reader.t("Move with the arrow keys"),
        "show": reader.t("Show"),
        "up": reader.t("Up"),
        "down": reader.t("Down"),
        "now": reader.t("{key} is number {place} now", key="{key}", place="{place}"),  # filled in by the list itself
    }
    given = [
        {"id": one.id, "key": clean(one.key), "title": clean(one.title), "outcome": one.outcome, "points": one.points}
        for one in items
    ]
    result = _mount()(
        key=key, data={"items": given, "words": words, "order": wanted[0], "left_out": sorted(wanted[1])},
        on_wanted_change=lambda: None,
    )  # fmt: skip
    order, left_out = in_order(items, result.get("wanted"))
    return [one for one in order if one not in left_out]


def in_order(items: Sequence[Listed], said: object) -> tuple[list[str], set[str]]:
    """What a browser said, as far as it makes sense: known ids, each once; the others follow as they came."""
    known = [one.id for one in items]
    held: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    order = [one for one in dict.fromkeys(map(str, held.get("order") or [])) if one in known]
    left_out = {str(one) for one in held.get("left_out") or []} & set(known)
    return [*order, *(one for one in known if one not in order)], left_out


def _mount() -> Any:
    """The component, known to the runtime that runs this script."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(NAME) is None:
        package, _, name = NAME.partition(".")
        manager.register_from_manifest(ComponentManifest(package, "1", [ComponentConfig(name, ".")]), HERE)
    return _renderer()


@cache
def _renderer() -> Any:
    return st.components.v2.component(NAME, html='<div class="order"></div>', css="order.css", js="order.js")
