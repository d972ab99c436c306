"""Words in the reader's language: gettext catalogues (`core/locale/<lang>/*.po`), English as the message id.

Mark every sentence so that the catalogue test finds it: `N_("...")` for a constant, `Text("...", x=1)` for a
message that travels (errors, findings, reasons), `tr(lang, "...", x=1)` where it is put into words at once.
Placeholders are `{name}`; values are formatted by `core.reader.Reader`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh")
LOCALE_FOLDER = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # gettext's own name for "mark, do not translate yet"
    """Mark a constant as a message; returns it unchanged."""
    return message


@dataclass(frozen=True, init=False)
class Text:
    """A sentence that is not yet in any language: an English message id and its parameters.

    Args: message, the English message id with `{name}` placeholders; one, the singular form, used when
    the parameter `n` is 1; params, the values (str, int, float, datetime, date, timedelta, Text).
    """

    message: str
    one: str | None
    params: tuple[tuple[str, Any], ...]

    def __init__(self, message: str, *, one: str | None = None, **params: Any) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "one", one)
        object.__setattr__(self, "params", tuple(params.items()))

    def __str__(self) -> str:
        from core.reader import Reader  # the reader needs Text; a sentence without a reader falls back to English

        return Reader().say(self)


def packed(value: Any) -> Any:
    """A travelling sentence, with the sentences and instants inside it, as JSON keeps it."""
    if isinstance(value, Text):
        return {"message": value.message, "one": value.one, "params": {name: packed(one) for name, one in value.params}}
    return value.isoformat() if isinstance(value, date) else value


def unpacked(kept: Any) -> Any:
    """What `packed` kept, as it was; an instant inside comes back as its text."""
    if isinstance(kept, dict) and "message" in kept:
        return Text(kept["message"], one=kept["one"], **{name: unpacked(one) for name, one in kept["params"].items()})
    return kept


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Message id -> translation for one language, merged from all its .po files; English is its own catalogue."""
    merged: dict[str, str] = {}
    for path in sorted((LOCALE_FOLDER / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id and message.string and "fuzzy" not in message.flags:
                    merged[str(message.id)] = str(message.string)
    return merged


def translate(lang: str, message: str) -> str:
    """The message in `lang`; English where the catalogue has no entry (a test fails on that)."""
    if lang == "en":
        return message
    return catalogue(lang).get(message, message)


def nearest_language(accepted: str | None) -> str:
    """The language we speak that is nearest to an Accept-Language header or a locale name; English otherwise."""
    for part in (accepted or "").replace("_", "-").split(","):
        tag = part.split(";")[0].strip().lower().split("-")[0]
        if tag in LANGUAGES:
            return tag
    return "en"
