"""Two syncs of one source: one holds the lock, the other is told so; a dead process's lock frees itself."""

import multiprocessing
import time
from multiprocessing.connection import Connection

from core.config import Config
from store.db import Store, open_store
from store.locks import source_lock


def test_one_holds_it_and_the_other_is_told(store: Store) -> None:
    with source_lock(store, 7) as first, source_lock(store, 7) as second, source_lock(store, 8) as of_another_source:
        assert (first, second, of_another_source) == (True, False, True)
    with source_lock(store, 7) as again:
        assert again


def test_the_lock_of_a_killed_process_frees_itself(store: Store) -> None:
    forked = multiprocessing.get_context("fork")
    heard, said = forked.Pipe(duplex=False)
    store.engine.dispose()
    holder = forked.Process(target=_hold, args=(store.config, said))
    holder.start()
    assert heard.recv() is True
    with source_lock(store, 7) as is_held:
        assert not is_held
    holder.kill()
    holder.join()
    for _ in range(200):  # the server notices a closed connection in its own time
        with source_lock(store, 7) as is_held:
            if is_held:
                break
    assert is_held


def _hold(config: Config, said: Connection) -> None:
    with source_lock(open_store(config), 7) as is_held:
        said.send(is_held)
        time.sleep(60)
