"""The audience's page over HTTP: one signed link, one page, no account, text as text, gone with the demo."""

import threading
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from access.guest_links import guest_token
from actions.demos import end_demo, show_item, start_demo
from services.audience.routes import audience_routes
from store.db import Store
from store.demos import reactions
from store.tables import Demo
from tests.actions.shop import AT, EVERYONE, LATER, seed


@pytest.fixture
def demo(store: Store) -> Demo:
    return start_demo(store, EVERYONE, source_id=seed(store), sprint_id="S1", order=["2", "3"], at=AT)


@pytest.fixture
def phone(store: Store) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=audience_routes(lambda: store)), follow_redirects=True) as client:
        yield client


def path_of(demo: Demo) -> str:
    return f"/audience/{demo.id}/{guest_token(demo)}"


def test_a_phone_sees_the_item_and_says_something(store: Store, demo: Demo, phone: TestClient) -> None:
    seen = phone.get(path_of(demo), headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert seen.status_code == 200
    assert "第 1/2 项" in seen.text
    said = phone.post(path_of(demo), data={"item": "2", "reaction": "like", "remark": "<b>好</b>", "name": "陈静"})
    assert "Thank you" in said.text
    assert "&lt;b&gt;好&lt;/b&gt;" in said.text
    assert 'value="陈静"' in said.text
    assert 'value="like" aria-pressed="true"' in said.text
    with store.reading() as session:
        assert reactions(session, demo.id or 0)["remark"].tolist() == ["<b>好</b>"]


def test_the_page_follows_the_presenter(store: Store, demo: Demo, phone: TestClient) -> None:
    assert phone.get(path_of(demo) + "/state").json() == {"item": "2", "place": 1}
    show_item(store, EVERYONE, demo_id=demo.id or 0, work_item_id="3", at=LATER)
    assert phone.get(path_of(demo) + "/state").json() == {"item": "3", "place": 2}
    end_demo(store, EVERYONE, demo_id=demo.id or 0, at=LATER)
    assert phone.get(path_of(demo) + "/state").status_code == 404


def test_thanks_are_said_for_the_item_they_are_for(store: Store, demo: Demo, phone: TestClient) -> None:
    said = phone.post(path_of(demo), data={"item": "2", "remark": "good"})
    assert "Thank you" in said.text
    show_item(store, EVERYONE, demo_id=demo.id or 0, work_item_id="3", at=LATER)
    assert "Thank you" not in phone.get(str(said.url)).text  # the phone still has that address


@pytest.mark.parametrize("path", ["/audience/1/" + "0" * 32, "/audience/999/abc", "/audience/1/%00"])
def test_any_other_link_opens_nothing(demo: Demo, phone: TestClient, path: str) -> None:
    seen = phone.get(path, headers={"accept-language": "zh"})
    assert seen.status_code == 404
    assert "演示已结束" in seen.text
    assert phone.post(path, data={"item": "2", "reaction": "like"}).status_code == 404


def test_what_is_refused_is_said_and_kept_out(store: Store, demo: Demo, phone: TestClient) -> None:
    empty = phone.post(path_of(demo), data={"item": "2"})
    assert (empty.status_code, "Choose a reaction" in empty.text) == (422, True)
    assert phone.post(path_of(demo), data={"item": "2", "remark": "x" * 2000}).status_code == 422
    assert phone.post(path_of(demo), data={"item": "2", "remark": "x" * 20_000}).status_code == 413
    with store.reading() as session:
        assert reactions(session, demo.id or 0).empty


def test_twenty_phones_at_once_lose_nothing(store: Store, demo: Demo) -> None:
    app = Starlette(routes=audience_routes(lambda: store))
    codes: list[int] = []

    def say(number: int) -> None:
        with TestClient(app, follow_redirects=False) as client:
            codes.append(client.post(path_of(demo), data={"item": "2", "remark": f"remark {number}"}).status_code)

    phones = [threading.Thread(target=say, args=(number,)) for number in range(20)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    with store.reading() as session:
        found = reactions(session, demo.id or 0)
    assert codes == [303] * 20
    assert sorted(found["remark"]) == sorted(f"remark {number}" for number in range(20))
    assert found["guest"].nunique() == 20
