"""`users`: accounts from the shell, which acts as an administrator by the name of the system's user."""

import getpass

import pytest

from core.config import load_config
from store.db import open_store
from tests.actions.shop import audit_log
from tests.cli.conftest import Run


def test_an_account_from_the_shell_to_its_end(house: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANG", "three blue whales")
    assert house("users", "list").out.strip() == "There is no account yet."
    added = house("users", "add", "Wang", "--role", "lead", "--project", "SHOP", "--password-env", "WANG")
    assert (added.code, added.out) == (0, "wang has an account.\n")
    assert house("users", "grant", "wang", "--role", "department", "--department", "运营").code == 0
    (one,) = house("users", "list", "--json").json
    assert one["signs_in_by"] == "password" and one["grants"] == [
        {"role": "lead", "project": "SHOP", "department": None},
        {"role": "department", "project": None, "department": "运营"},
    ]
    assert house("users", "list").out == "wang  team lead SHOP, business department 运营  (password)\n"
    assert house("users", "revoke", "wang", "--role", "lead", "--project", "SHOP").code == 0
    assert house("users", "disable", "wang").out == "Disabled; 0 sessions ended.\n"
    assert "(disabled)" in house("users", "list").out and house("users", "enable", "wang").code == 0
    store = open_store(load_config())
    log = audit_log(store)
    store.engine.dispose()
    assert {entry.actor for entry in log} == {f"local:{getpass.getuser()}"}
    assert [entry.action for entry in log] == [
        "add_person",
        "grant_role",
        "revoke_role",
        "disable_person",
        "enable_person",
    ]


def test_links_are_printed_and_mistakes_are_one_line(house: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/set-up/" in house("users", "link").out
    monkeypatch.setenv("FORTNIGHT_PUBLIC_URL", "https://fortnight.example.com")
    assert "https://fortnight.example.com/set-up/" in house("users", "add", "li", "--role", "admin").out
    assert "administrator already" in house("users", "link").failure
    assert "https://fortnight.example.com/set-up/" in house("users", "link", "li").out
    assert "king" in house("users", "add", "x", "--role", "king").failure
    assert "no account x" in house("users", "disable", "x").failure
    assert "NOTHING_THERE" in house("users", "add", "x", "--role", "lead", "--password-env", "NOTHING_THERE").failure
    assert "last administrator" in house("users", "disable", "li").failure
    assert house("users", "sign-out").out == "0 sessions ended.\n"


def test_serving_beyond_this_machine_is_refused_without_a_secret(house: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORTNIGHT_SECRET", raising=False)
    assert "FORTNIGHT_SECRET is missing" in house("serve", "--address", "0.0.0.0").failure
    monkeypatch.setenv("FORTNIGHT_SECRET", "change-me")
    assert "comes from an example" in house("serve", "--address", "0.0.0.0").failure
