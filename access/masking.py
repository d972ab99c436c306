"""Masking: an auditor sees what was done and by the same person or not, but not who anybody is.

A name is replaced by the same pseudonym wherever it stands, and so are e-mail addresses and telephone numbers inside
texts. The pseudonyms come from a key of the house, so that nobody can find out a name by trying names. Keys of items,
dates and figures stay as they are.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pandas as pd

from access.keys import house_key
from access.permissions import is_masked
from core.actor import Actor
from store import personal
from store.db import Session, Store
from store.frames import version

PERSON, ADDRESS, NUMBER = "P", "E", "T"
# Chinese is written without blanks: a name, an address or a number in it begins and ends where the script does.
EAST = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
LETTER = rf"[^\W{EAST}]"
EMAIL = re.compile(
    rf"(?:(?:{LETTER}|[.+%-])+|[{EAST}]+)@(?:(?:{LETTER}|-)+|[{EAST}]+)(?:\.(?:(?:{LETTER}|-)+|[{EAST}]+))+"
)
# Mainland mobile numbers, numbers with a country's code, and area codes with a hyphen; no bare figure is one.
PHONE = re.compile(
    rf"(?<!{LETTER})(?<!-)(?<!\d\.)"
    r"(?:(?:\+86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}|\+\d{1,3}(?:[ -]?\d{2,4}){3,4}|0\d{2,3}-\d{7,8})"
    rf"(?!{LETTER}|-|\.\d)"
)
NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}  # a number typed in full width is one, too
PSEUDONYM = re.compile(r"[PET]-[A-Z2-7]{8}")
GLUED = re.compile(rf"({PSEUDONYM.pattern})(?={PSEUDONYM.pattern})")  # 王芳13812345678: two, without a blank between
CJK_NAME = re.compile(r"[\u3400-\u9fff·]{2,}")
SHORTEST = 4  # letters: a shorter login could be any word


@dataclass(frozen=True)
class Pseudonyms:
    """Stable pseudonyms by a key; what a store reads through (store.db.Masking)."""

    key: bytes

    def of(self, kind: str, value: str) -> str:
        """The pseudonym of a name, an address or a number: width, case and blanks make no other one."""
        return _pseudonym(self.key, kind, value)

    def name(self, value: str) -> str:
        """What stands for a name; an address in the place of a name is an address."""
        return self.of(ADDRESS if EMAIL.fullmatch(value.strip()) else PERSON, value)

    def text(self, value: str, known: "re.Pattern[str] | None") -> str:
        """A text with its addresses, numbers and known names replaced."""
        hidden = EMAIL.sub(lambda found: self.of(ADDRESS, found[0]), value)
        for begin, end in reversed([found.span() for found in PHONE.finditer(hidden.translate(NARROW))]):
            hidden = hidden[:begin] + self.of(NUMBER, hidden[begin:end]) + hidden[end:]
        hidden = known.sub(lambda found: self.of(PERSON, found[0]), hidden) if known else hidden
        return GLUED.sub(r"\1 ", hidden)

    def value(self, name: str, held: Any, known: "re.Pattern[str] | None") -> Any:
        """A value of a column or a JSON key of that name."""
        if isinstance(held, str):
            if name in personal.NAMES:
                return self.name(held) if held.strip() else held
            return self.text(held, known) if name in personal.TEXTS else held
        if isinstance(held, dict):
            return {key: self.value(str(key), one, known) for key, one in held.items()}
        return [self.value(name, one, known) for one in held] if isinstance(held, list) else held

    def masked(self, session: Session, frame: pd.DataFrame) -> pd.DataFrame:
        """A copy of the frame with pseudonyms; identifiers, instants and figures stay."""
        known = known_names(session)
        changed = {
            name: self._column(str(name), frame[name], known) for name in frame.columns if _may_hold(frame, name)
        }
        return frame.assign(**changed) if changed else frame

    def _column(self, name: str, column: "pd.Series[Any]", known: "re.Pattern[str] | None") -> "pd.Series[Any]":
        replaced: Callable[[Any], Any] = lambda held: self.value(name, held, known)  # noqa: E731 - passed on, not named
        return column.map(replaced, na_action="ignore").astype(column.dtype)


@lru_cache(maxsize=16_384)  # the same few names stand in thousands of rows
def _pseudonym(key: bytes, kind: str, value: str) -> str:
    plain = unicodedata.normalize("NFKC", value).casefold()
    plain = re.sub(r"\D", "", plain)[-11:] if kind == NUMBER else " ".join(plain.split())
    digest = hmac.new(key, f"{kind}:{plain}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return f"{kind}-{base64.b32encode(digest)[:8].decode()}"


def _may_hold(frame: pd.DataFrame, name: Any) -> bool:
    return name in personal.NAMES or name in personal.TEXTS or frame[name].dtype == object


def known_names(session: Session) -> "re.Pattern[str] | None":
    """What finds the names that the store knows inside a text; None where it knows none."""
    return _known(str(session.get_bind().engine.url), version(session), session)


def seen_by(actor: Actor, store: Store) -> Store:
    """The store as this actor may read it: as it is, or through pseudonyms."""
    if not is_masked(actor):
        return replace(store, masking=None) if store.masking else store
    return store if store.masking else replace(store, masking=Pseudonyms(house_key(store.config, "masking")))


class _ByVersion:
    """The names of one store at one version: the session that reads them is no part of the question."""

    def __init__(self) -> None:
        self.last: tuple[tuple[str, int], re.Pattern[str] | None] | None = None

    def __call__(self, url: str, at_version: int, session: Session) -> "re.Pattern[str] | None":
        if self.last is None or self.last[0] != (url, at_version):
            self.last = ((url, at_version), _pattern(tuple(personal.names(session))))
        return self.last[1]


_known = _ByVersion()


@lru_cache(maxsize=4)
def _pattern(names: tuple[str, ...]) -> "re.Pattern[str] | None":
    worth = sorted({name.strip() for name in names if _is_distinct(name.strip())}, key=len, reverse=True)
    if not worth:
        return None
    # Latin names stand between blanks or Chinese; Chinese ones between any other characters.
    parts = [
        re.escape(one) if CJK_NAME.fullmatch(one) else rf"(?<!{LETTER}){re.escape(one)}(?!{LETTER})" for one in worth
    ]
    return re.compile("|".join(parts), re.IGNORECASE)


def _is_distinct(name: str) -> bool:
    return bool(CJK_NAME.fullmatch(name)) or (len(name) >= SHORTEST and not EMAIL.fullmatch(name))


def behind(session: Session, pseudonyms: Pseudonyms, pseudonym: str) -> str | None:
    """The name, address or number that a pseudonym stands for; None where nothing in the store has it."""
    kind = pseudonym[:1]
    for name in personal.names(session):
        if pseudonyms.name(name) == pseudonym:
            return name
    pattern = {ADDRESS: EMAIL, NUMBER: PHONE}.get(kind)
    if pattern:
        for text in personal.texts(session):
            for found in pattern.finditer(text.translate(NARROW) if kind == NUMBER else text):
                if pseudonyms.of(kind, found[0]) == pseudonym:
                    return found[0]
    return None
