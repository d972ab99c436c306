"""What pages compose of their figures (a chart, a table in HTML), kept until something is written: a rerun draws it as it is."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from core.config import load_config
from pages.components import data

Result = TypeVar("Result")
KEPT = 64  # drawings; a table of some hundred items is about 200 KB

_drawn: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def drawn(question: tuple[Hashable, ...], compose: Callable[[], Result]) -> Result:
    """What `compose` makes, made once for equal questions, equal reach and an unchanged store; shared, so nobody changes it.

    Args: question, its name, and all that `compose` reads beside the store: the reader, the palette, what was chosen.
    """
    key = (load_config().database_url, data.version(), data._reach(), question)
    with _lock:
        if key in _drawn:
            _drawn.move_to_end(key)
            return cast(Result, _drawn[key])
    made = compose()
    with _lock:
        _drawn[key] = made
        while len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return made
