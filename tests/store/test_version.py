"""What counts as a change of the store: everything people decide, and not who comes and goes."""

import pytest

from access.policy import Policy
from access.sessions import Sessions
from actions import people
from actions.sign_in import Browser, WrongPassword, sign_in, sign_out
from core.actor import local_admin
from store import frames
from store.db import Store
from tests.services.doors import PASSWORD, cheap_passwords  # noqa: F401 - a fixture


def ends(store: Store) -> tuple[int, int]:
    with store.reading() as session:
        return frames.version(session), frames.log_end(session)


def test_signing_in_and_out_changes_no_figure_and_yet_is_in_the_log(store: Store) -> None:
    assert ends(store) == (0, 0)
    people.add_person(store, local_admin(), name="wang", role="lead", project="SHOP", password=PASSWORD)
    version, end = ends(store)
    assert version == end > 0
    policy = Policy(is_forced=True)
    token = sign_in(store, Browser(policy), name="wang", password=PASSWORD)
    with pytest.raises(WrongPassword):
        sign_in(store, Browser(policy), name="wang", password="another one")
    found = Sessions(lambda: store, policy).find(token)
    assert found is not None
    sign_out(store, found, None)
    later = ends(store)
    assert later[0] == version and later[1] != end
    people.grant_role(store, local_admin(), name="wang", role="admin")
    last = ends(store)
    assert last[0] == last[1] not in (version, *later)
