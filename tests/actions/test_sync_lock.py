"""Two syncs of one source: one holds the lock, the other is told so; a dead process's lock frees itself."""

import os
import signal
import subprocess
import sys

from core.config import ROOT
from store.db import Store
from store.locks import source_lock

HOLDER = """
import sys, time
from core.config import load_config
from store.db import open_store
from store.locks import source_lock
with source_lock(open_store(load_config()), 7) as is_held:
    print(is_held, flush=True)
    time.sleep(60)
"""


def test_one_holds_it_and_the_other_is_told(store: Store) -> None:
    with source_lock(store, 7) as first, source_lock(store, 7) as second, source_lock(store, 8) as of_another_source:
        assert (first, second, of_another_source) == (True, False, True)
    with source_lock(store, 7) as again:
        assert again


def test_the_lock_of_a_killed_process_frees_itself(store: Store) -> None:
    environment = {
        **os.environ,
        "FORTNIGHT_HOME": str(store.config.home),
        "FORTNIGHT_DATABASE_URL": store.config.database_url,
    }
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with source_lock(store, 7) as is_held:
            assert not is_held
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    for _ in range(200):  # the server notices a closed connection in its own time
        with source_lock(store, 7) as is_held:
            if is_held:
                break
    assert is_held
