"""An item's history as a timeline: when, who, what, and what it did to the sprint's ledger."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from core.reader import Reader
from core.wording_timeline import effect_text, what_text
from pages.components.markup import join, safe

MEANING = {
    "committed": "committed", "added": "added", "carried": "carried", "removed": "removed", "re_estimated": "re_estimated",
    "first_estimate": "re_estimated", "completed": "completed", "reopened": "not_completed",
}  # fmt: skip


def timeline_html(reader: Reader, events: Sequence[dict[str, Any]]) -> Markup:
    """The events of one item, oldest first; every text from data is escaped."""
    if not events:
        return Markup("")
    return Markup("<ol>{}</ol>").format(Markup("").join(_line(reader, event) for event in events))


def _line(reader: Reader, event: dict[str, Any]) -> Markup:
    at = Markup("<span>{}</span>").format(reader.instant(event["at"]))
    effect = effect_text(event)
    told = Markup("")
    if effect is not None:
        meaning = MEANING.get(event["effect"])
        word = safe(reader.say(effect))
        told = Markup('<b class="fn-t-{}">{}</b>').format(meaning, word) if meaning else word
    return Markup("<li>{}</li>").format(join([at, event.get("author"), reader.say(what_text(event)), told]))
