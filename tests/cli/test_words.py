"""Help and usage errors in Chinese, without an English word left but the names one types."""

import re
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.core

import fortnight
from reports.shell_help import CONTEXT
from tests.cli.conftest import Run


def commands(found: Any, above: str = "") -> Iterator[str]:
    """Every command and group by what one types, the whole command ("") first."""
    yield above
    for name, below in sorted(getattr(found, "commands", {}).items()):
        yield from commands(below, f"{above} {name}".strip())


COMMANDS = tuple(commands(fortnight.root()))
# What is typed or is a name stays: commands, options, environment variables, file endings, formats, values.
NAMES = sorted({word for command in COMMANDS for word in command.split()})
TYPED = re.compile(
    r"fortnight\.py|-{1,2}[a-z-]+|\.(?:xlsx|ods|csv)|FORTNIGHT_[A-Z_]+|Fortnight|JSON|ISO|Jira|URL|PPTX|PDF|HTML|CSV|XLSX|"
    r"\b(?:jsonl|cloud|data-center|plan-cn|both|id|version|board|admin|lead|leader|department|auditor|viewer|writer)\b|"
    rf"\b(?:en|zh|sheets|x|jira|auto|requirement|bug|chore|epic|subtask|todo|in_progress|done|dmy|mdy|{'|'.join(NAMES)})\b"
)


@pytest.mark.parametrize("env", [{"FORTNIGHT_LANG": "zh"}, {"LANG": "zh_CN.UTF-8"}], ids=["FORTNIGHT_LANG", "LANG"])
def test_the_shell_speaks_the_language_of_its_environment(shell: Run, env: dict[str, str]) -> None:
    done = shell("--help", env=env)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("用法：fortnight.py [选项] 命令")
    assert shell("--help", env=env | {"FORTNIGHT_LANG": "en"}).out.startswith("Usage: fortnight.py [OPTIONS] COMMAND")


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A second copy of the command line, started in Chinese; what it told Typer is taken back after the test."""
    monkeypatch.setenv("FORTNIGHT_LANG", "zh")
    monkeypatch.setattr(typer.core, "_", getattr(typer.core, "_"))  # noqa: B009 - Typer's gettext has no other name
    monkeypatch.setattr(CONTEXT, "formatter_class", CONTEXT.formatter_class)
    for name in [name for name in sys.modules if name.startswith("services.commands")]:
        monkeypatch.delitem(sys.modules, name)
    spec = util.spec_from_file_location("fortnight_in_chinese", Path(fortnight.__file__))
    assert spec is not None
    assert spec.loader is not None
    found = util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_no_english_is_left_in_chinese_help(
    chinese: ModuleType, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert chinese.main([*command.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert re.findall(r"[A-Za-z]{2,}", TYPED.sub("", said)) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("shw", "错误：没有命令 'shw'，是否想用 'show'？"),
        ("nix", "错误：没有命令 'nix'。"),
        ("import", "错误：缺少参数 '文件'。"),
        ("serve --port abc", "错误：'--port' 的值无效：应为整数"),
        ("serve --port 0", "错误：'--port' 的值无效：不应小于 1"),
        ("serve --port 70000", "错误：'--port' 的值无效：不应大于 65535"),
        ("undo one", "错误：'批次号' 的值无效：应为整数"),
        ("show sprint --source", "错误：选项 '--source' 需要一个值。"),
        ("status --json=1", "错误：选项 '--json' 不接受值。"),
        ("status --nix", "错误：没有选项 --nix"),
        ("show churn extra", "错误：多余的参数：extra"),
        ("restore", "错误：值无效：请指定备份文件，或使用 --latest。"),
        ("show sprint --lang fr", "错误：--lang 的值无效：请用 en 或 zh。"),
    ],
)
def test_usage_errors_in_chinese(
    chinese: ModuleType, capsys: pytest.CaptureFixture[str], arguments: str, told: str
) -> None:
    assert chinese.main(arguments.split()) == 2
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith(told)
    assert "Usage" not in said
    assert "Error" not in said
