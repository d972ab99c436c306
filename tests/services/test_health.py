"""What `/healthz` notices, and how seldom it reads the whole file for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import FortnightError
from services.health import EVERY_PAGE_SECONDS, Health
from store import db
from store.db import Store


class Clock:
    """A clock that goes when told."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def looks(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each look at the store's file: whether every page was read."""
    look: Callable[..., None] = db.check_file
    found: list[bool] = []

    def counting(path: Path, *, reads_every_page: bool = True) -> None:
        found.append(reads_every_page)
        look(path, reads_every_page=reads_every_page)

    monkeypatch.setattr(db, "check_file", counting)
    return found


def test_every_page_is_read_at_first_and_after_ten_minutes(sqlite_store: Store, looks: list[bool]) -> None:
    clock = Clock()
    health = Health(clock)
    for _ in range(3):
        health.schema(sqlite_store.config)
        clock.at += EVERY_PAGE_SECONDS / 2
    assert looks == [True, False, True]


def test_a_file_that_is_gone_or_cut_off_is_noticed_at_once(sqlite_store: Store) -> None:
    health, path = Health(Clock()), sqlite_store.config.sqlite_path
    health.schema(sqlite_store.config)
    sqlite_store.engine.dispose()  # so that the file is whole by itself
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    for _ in range(2):
        with pytest.raises(FortnightError, match="damaged"):
            health.schema(sqlite_store.config)
    path.unlink()
    with pytest.raises(FortnightError, match="missing"):
        health.schema(sqlite_store.config)
    path.write_bytes(content)
    assert health.schema(sqlite_store.config)


def test_damage_in_the_middle_is_noticed_when_it_is_time_and_until_it_is_mended(sqlite_store: Store) -> None:
    clock = Clock()
    health, path = Health(clock), sqlite_store.config.sqlite_path
    health.schema(sqlite_store.config)
    sqlite_store.engine.dispose()
    content = path.read_bytes()
    path.write_bytes(content[: 20 * 4096] + bytes(len(content) - 20 * 4096))
    clock.at += EVERY_PAGE_SECONDS
    for _ in range(2):
        with pytest.raises(FortnightError, match="damaged"):
            health.schema(sqlite_store.config)
    path.write_bytes(content)
    assert health.schema(sqlite_store.config)


def test_another_file_in_its_place_is_read_whole(sqlite_store: Store, looks: list[bool]) -> None:
    health, path = Health(Clock()), sqlite_store.config.sqlite_path
    health.schema(sqlite_store.config)
    sqlite_store.engine.dispose()
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    health.schema(sqlite_store.config)
    assert looks == [True, True]
