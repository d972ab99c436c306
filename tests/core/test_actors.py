"""Who acted, where nobody was signed in, is read in the reader's language."""

import pytest

from core.reader import Reader
from core.wording_actors import actor_words


@pytest.mark.parametrize(
    ("name", "said"),
    [("schedule", "系统自动"), ("local:root", "本机用户 root"), ("guest:oOT7Ao5H", "访客 oOT7Ao5H"), ("王芳", "王芳")],
)
def test_an_actor_in_chinese(name: str, said: str) -> None:
    assert actor_words(name, Reader("zh")) == said
