"""The shell's help and usage errors in the reader's language: Typer speaks English alone, so its words are put here.

Each message below is a sentence of Typer's own. A sentence that fits one is said in the reader's language, with the
same names in it; one that fits none stays as Typer wrote it.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer
import typer.core

from core.i18n import N_, Text, translate
from reports.columns import pad, width, wrapped

CONTEXT = typer.core.TyperCommand.context_class
SENTENCES = (
    N_("Usage: "),
    N_("Error: {message}"),
    N_("Try '{command}' for help."),
    N_("Show this message and exit."),
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("default: {default}"),
    N_("required"),
    N_("Aborted!"),
    N_("Missing command."),
    N_("Missing argument {name}."),
    N_("Missing option {name}."),
    N_("No such command {name}. Did you mean {options}?"),
    N_("No such command {name}."),
    N_("No such option: {name} (Possible options: {options})"),
    N_("No such option: {name}"),
    N_("Got unexpected extra argument(s) ({arguments})"),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Invalid value for {name}: {message}"),
    N_("Invalid value: {message}"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be greater than or equal to {limit}"),
    N_("Input should be less than or equal to {limit}"),
)


def in_words(lang: str, sentence: str) -> str:
    """A sentence of Typer's in the reader's language."""
    for message, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            said = {name: in_words(lang, part) for name, part in found.groupdict().items()}
            return translate(lang, message).format(**said)
    return sentence


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(one, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(one)), re.DOTALL)) for one in SENTENCES]


def usage_error(lang: str, error: typer.TyperException) -> list[str]:
    """What is wrong with a command line, as lines: its usage, where help is, and the error."""
    context: typer.Context | None = getattr(error, "ctx", None)
    lines = []
    if context is not None:
        if error.message == context.get_help():  # a group without its command: the help is all there is to say
            return [error.message]
        help_option = f"{context.command_path} {context.help_option_names[0]}"
        lines = [context.get_usage(), in_words(lang, f"Try '{help_option}' for help.")]
    return [*lines, in_words(lang, f"Error: {error.format_message()}")]


REASONS: dict[type[OSError], str] = {
    FileNotFoundError: N_("There is no such file."),
    IsADirectoryError: N_("It is a folder."),
    NotADirectoryError: N_("A part of the path is no folder."),
    PermissionError: N_("This account may not."),
    FileExistsError: N_("There is such a file already."),
}


def reason(error: OSError) -> Text:
    """Why the system refused a file."""
    known = next((message for kind, message in REASONS.items() if isinstance(error, kind)), None)
    return Text(known) if known else Text("{reason}.", reason=error.strerror or str(error))


def speak(lang: str) -> None:
    """Let Typer write its help in this language, with Chinese characters counted as two columns wide."""

    class Formatter(_Formatter):
        words = lang

    typer.core._ = lambda message: translate(lang, message)  # type: ignore[attr-defined]  # Typer's own gettext
    CONTEXT.formatter_class = Formatter


class _Formatter(CONTEXT.formatter_class):  # type: ignore[name-defined,misc]
    """Typer's plain help pages, worded and aligned for one language."""

    words = "en"

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        given = translate(self.words, "Usage: ") if prefix is None else prefix
        # An argument is FILE, or [FILE] where it may be left out; braces are Typer's own way of writing.
        plain = re.sub(r"[{](.*?)[}]", r"\1", args)
        self.write(f"{given}{prog} {plain}".rstrip() + "\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for line in wrapped(text, self.width - self.current_indent):
            self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        indent = " " * self.current_indent
        # An argument's name says what it is; its Python type (`<path>`) says nothing more.
        named = [(re.sub(r"(?<=\S) <[^>]*>$", "", left), translate(self.words, right)) for left, right in rows]
        first = max(width(left) for left, _ in named) + col_spacing
        for left, right in named:
            lines = wrapped(right, max(self.width - self.current_indent - first, 20)) or [""]
            self.write(f"{indent}{pad(left, first)}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{' ' * first}{line}\n")


def full_help(command: Any) -> None:
    """Let every command be listed with its whole help text, never cut short by dots."""
    for one in getattr(command, "commands", {}).values():
        one.short_help = one.help
        full_help(one)
