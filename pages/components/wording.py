"""Codes as badges: which word and which shape a bucket, outcome or assurance has, the same on every page."""

from markupsafe import Markup

from core.i18n import N_
from core.reader import Reader
from core.wording import BUCKET, OUTCOME
from pages.components.markup import badge

OUTCOME_COLOURS = {"completed_outside": "neutral"}
ASSURANCE = {
    "consistently_met": ("completed", N_("consistently met")),
    "consistently_missed": ("not_completed", N_("consistently missed")),
    "hit_and_miss": ("warning", N_("hit and miss")),
    "not_enough_points": ("neutral", N_("not enough points")),
}


def bucket_words(reader: Reader) -> dict[str, str]:
    """Bucket code -> word, for a badge column."""
    return {code: reader.t(word) for code, word in BUCKET.items()}


def outcome_words(reader: Reader) -> dict[str, str]:
    """Outcome code -> word, for a badge column (with `colours=OUTCOME_COLOURS`)."""
    return {code: reader.t(word) for code, word in OUTCOME.items()}


def assurance_badge(code: str | None, reader: Reader) -> Markup:
    """The assurance of a KPI in word and shape; an unknown or missing code reads "not enough points" (R26)."""
    kind, word = ASSURANCE.get(code or "", ASSURANCE["not_enough_points"])
    return badge(kind, reader.t(word))
