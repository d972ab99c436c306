"""Who acts where nobody is signed in, as it is read: the store and the log keep the short English name."""

from core.i18n import N_
from core.reader import Reader

SCHEDULE, MACHINE, GUEST = "schedule", "local:", "guest:"
WORDS = {SCHEDULE: N_("by itself"), MACHINE: N_("at this machine: {name}"), GUEST: N_("guest {name}")}


def actor_words(name: str, reader: Reader) -> str:
    """A person's name as it is; the schedule, the machine's own user and a guest of a demo in words."""
    if name == SCHEDULE:
        return reader.t(WORDS[SCHEDULE])
    for start in (MACHINE, GUEST):
        if name.startswith(start):
            return reader.t(WORDS[start], name=name.removeprefix(start))
    return name
