"""Every sentence is there in both languages, with the same placeholders, and no catalogue holds a dead one."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.i18n import LANGUAGES, catalogue
from metrics import registry

ROOT = Path(__file__).parents[2]
ROOMS = ("access", "actions", "charts", "connectors", "core", "metrics", "pages", "reports", "services", "store")
MARKERS = {"N_", "Text", "t", "tn"}
# What Typer asks gettext for while it prints help and usage errors: its own words, in our catalogue.
TYPERS_WORDS = ROOT / "core" / "locale" / "zh" / "typer.po"


def sources() -> Iterator[Path]:
    yield from (ROOT / "dashboard.py", ROOT / "fortnight.py")
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def marked_messages() -> dict[str, str]:
    """Message -> where it is first marked."""
    found: dict[str, str] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for message in _messages_of(node):
                    found.setdefault(message, f"{path.relative_to(ROOT)}:{node.lineno}")
    for metric in registry.load().values():
        found.setdefault(metric.title, f"metric {metric.name}")
        found.setdefault(metric.description, f"metric {metric.name}")
    return found


def _messages_of(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in MARKERS:
        return
    arguments = call.args[:2] if name == "tn" else call.args[:1]
    keywords = [keyword.value for keyword in call.keywords if name == "Text" and keyword.arg == "one"]
    for argument in [*arguments, *keywords]:
        choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for choice in choices:
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                yield choice.value


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_message_is_translated(lang: str) -> None:
    known = catalogue(lang)
    missing = [f"{where}: {message}" for message, where in marked_messages().items() if message not in known]
    assert not missing, f"{len(missing)} messages without a {lang} translation:\n" + "\n".join(missing)


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_translations_keep_the_placeholders(lang: str) -> None:
    wrong = [
        message
        for message, translation in catalogue(lang).items()
        if "%" not in message and not placeholders(translation) <= placeholders(message) | {"n"}
    ]
    assert wrong == []


def test_no_catalogue_holds_a_message_that_nobody_says() -> None:
    from babel.messages.pofile import read_po

    said = marked_messages()
    dead = []
    for path in sorted((ROOT / "core" / "locale" / "zh").glob("*.po")):
        if path == TYPERS_WORDS:
            continue
        with path.open("rb") as file:
            dead += [f"{path.name}: {message.id}" for message in read_po(file) if message.id and message.id not in said]
    assert dead == []


def test_the_scan_finds_messages() -> None:
    assert len(marked_messages()) > 200
