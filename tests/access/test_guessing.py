"""Slow guessing: who waits how long, and who never does."""

from contextlib import ExitStack, suppress

import pytest

from access.guessing import Guessing, TooSoon
from actions.sign_in import CodeAsked, WrongPassword
from core.i18n import Text


def wrong(guessing: Guessing, name: str, address: str) -> None:
    with suppress(WrongPassword, TooSoon), guessing.one_try(name, address, WrongPassword):
        raise WrongPassword(Text("Name or password is wrong."))


def test_tries_sent_at_one_moment_are_no_more_than_tries_in_a_row() -> None:
    guessing = Guessing(lambda: 0.0)
    with ExitStack() as under_way:  # none of them knows yet whether it is wrong
        for _ in range(5):
            under_way.enter_context(guessing.one_try("wang", "10.0.0.1", WrongPassword))
        with pytest.raises(TooSoon):
            under_way.enter_context(guessing.one_try("wang", "10.0.0.1", WrongPassword))
    assert guessing.wait_seconds("wang", "10.0.0.1") == 0  # all of them were right: nothing is held against anybody


def test_what_is_no_guess_counts_for_nothing() -> None:
    guessing = Guessing(lambda: 0.0)
    for _ in range(100):
        with suppress(CodeAsked), guessing.one_try("wang", "10.0.0.1", WrongPassword):
            raise CodeAsked(Text("Enter the code of your authenticator app."))
    assert guessing.wait_seconds("wang", "10.0.0.1") == 0


def test_delays_grow_per_name_and_per_address_and_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.guessing.KEPT", 400)
    at = [0.0]
    guessing = Guessing(lambda: at[0])
    waits = []
    for _ in range(20):
        wrong(guessing, "wang", "10.0.0.1")
        waits.append(guessing.wait_seconds("wang", "10.0.0.1"))
        at[0] += waits[-1] if len(waits) < 20 else 0
    assert waits[:4] == [0] * 4 and waits == sorted(waits) and waits[-1] == 900
    assert guessing.wait_seconds("li", "10.0.0.1") > 0  # twenty failures of one address slow it for every name
    assert guessing.wait_seconds("wang", "10.0.0.2") == 0
    at[0] += 900
    with guessing.one_try("wang", "10.0.0.1", WrongPassword):
        pass
    assert guessing.wait_seconds("wang", "10.0.0.1") > 0
    for n in range(40):
        wrong(guessing, f"name {n}", f"2001:db8::{n:x}")  # one network, many addresses
    assert guessing.wait_seconds("another", "2001:db8::ffff") > 0
    for n in range(1_000):
        wrong(guessing, str(n), f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    assert len(guessing) <= 400
    at[0] += 3601
    assert guessing.wait_seconds("another", "2001:db8::ffff") == 0
