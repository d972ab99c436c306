"""Each page's warm script run on 10,000 work items, and on a store ten times as large, against an empty script.

In CPU time of the script's own thread: a script waits for nothing, and what else the machine does is no part of it.
"""

import gc
import os
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from actions.import_sheet import import_sheet
from bench.sheet import backlog
from bench.stores import new_store
from core.actor import local_admin
from core.config import ROOT, load_config
from pages.components.navigation import page_files
from services.sample.load import load_sample
from store.db import open_store

SHELL = ROOT / "pages" / "components" / "shell.py"
ITEMS = 10_000
WARM_RUNS = 9
TIMEOUT_SECONDS = 120


def fill(folder: Path, items: int) -> None:
    """A store with the sample workspace, whose KPIs and feedback fill the other pages, and so many work items beside it."""
    store = new_store(folder)
    load_sample(store, local_admin())
    outcome = import_sheet(store, local_admin(), "backlog.xlsx", backlog(items), source_name="large")
    if outcome.is_refused:
        raise RuntimeError("the benchmark's own file was not imported")
    store.engine.dispose()


def script_seconds(folder: Path) -> dict[str, float]:
    """Page -> the median of its warm script runs, in CPU seconds, navigation and sidebar included."""
    os.environ["FORTNIGHT_HOME"] = str(folder)
    open_store(load_config()).engine.dispose()
    found = {}
    for page in page_files():
        test = AppTest.from_file(str(SHELL), default_timeout=TIMEOUT_SECONDS).run()
        test.switch_page(f"../{page.path.name}").run()
        if test.exception:
            raise RuntimeError(f"{page.path.name}: {test.exception[0].value}")
        found[page.path.stem] = _median(test)
    return found


def floor_seconds() -> float:
    """The same for a script of one line."""
    return _median(
        AppTest.from_string("import streamlit as st\nst.text('hello')", default_timeout=TIMEOUT_SECONDS).run()
    )


def _median(test: AppTest) -> float:
    """The median of the script's own time: AppTest's reading of what it sent is no part of it."""
    times: list[float] = []
    execute = script_runner.exec_func_with_error_handling  # type: ignore[attr-defined]

    def timed(*given: Any) -> Any:
        began = time.thread_time()
        try:
            return execute(*given)
        finally:
            times.append(time.thread_time() - began)

    gc.collect()
    gc.freeze()  # as dashboard.py does once it has warmed up
    with mock.patch.object(script_runner, "exec_func_with_error_handling", timed):
        for _ in range(WARM_RUNS):
            test.run()
    gc.unfreeze()
    return sorted(times)[len(times) // 2]


def measure() -> tuple[float, dict[str, float], dict[str, float]]:
    """Returns: floor, pages at 10,000 items, pages at 100,000 items; CPU seconds."""
    import streamlit as st

    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        fill(Path(small), ITEMS)
        fill(Path(large), 10 * ITEMS)
        floor = floor_seconds()
        at_small = script_seconds(Path(small))
        st.cache_data.clear()
        st.cache_resource.clear()
        at_large = script_seconds(Path(large))
    return floor, at_small, at_large
