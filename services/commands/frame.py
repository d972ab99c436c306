"""What every command shares: its language, how a command and its options are declared, how its answer is printed.

A module beside this one adds commands by declaring them; `services.commands.load` finds it. Nothing else is needed.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from core.config import Config, load_config
from core.i18n import LANGUAGES, N_, nearest_language, translate
from core.reader import Reader
from core.wall_time import is_leapt_over
from reports.shell_help import speak
from store.db import Store, open_store

LANG = nearest_language(
    os.environ.get("FORTNIGHT_LANG")
    or os.environ.get("LC_ALL")
    or os.environ.get("LC_MESSAGES")
    or os.environ.get("LANG")
)
speak(LANG)


def h(message: str) -> str:
    """A help text in the shell's language."""
    return translate(LANG, message)


def _language(context: typer.Context, lang: str) -> str:
    """The language an option names; errors of this run are told in it as well."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(h(N_("Use en or zh.")), param_hint="--lang")
    context.ensure_object(dict)["lang"] = lang
    return lang


def group(help_text: str, name: str | None = None) -> typer.Typer:
    """The commands of one word (`show ...`), added to the whole command under that name."""
    made = typer.Typer(
        help=h(help_text),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        options_metavar=h(N_("[OPTIONS]")),
        subcommand_metavar=h(N_("COMMAND [ARGUMENTS]...")),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if name is not None:
        app.add_typer(made, name=name)
    return made


app = group(N_("Fortnight (双周): an agile delivery dashboard that stays in your house."))


def command(of: typer.Typer, name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command under a name, with its help in the shell's language."""
    return of.command(name, help=h(help_text), options_metavar=h(N_("[OPTIONS]")))


def option(name: str, help_text: str, metavar: str | None = None, **more: Any) -> Any:
    """An option with its help and the word for its value in the shell's language."""
    return typer.Option(name, help=h(help_text), metavar=h(metavar) if metavar else None, **more)


def argument(help_text: str, metavar: str, **more: Any) -> Any:
    """An argument with its help and name in the shell's language."""
    return typer.Argument(help=h(help_text), metavar=h(metavar), show_default=False, **more)


Json = Annotated[bool, option("--json", N_("Print JSON for programs instead of a table."))]
Lang = Annotated[str, option("--lang", N_("Language of the words: en or zh."), N_("LANGUAGE"), callback=_language)]
AsOf = Annotated[
    str | None, option("--as-of", N_("As of the end of this day, or this instant (ISO 8601), replayed."), N_("TIME"))
]
SourceName = Annotated[str | None, option("--source", N_("The source's name."), N_("NAME"))]


def opened() -> tuple[Store, Config]:
    """The configured store, opened."""
    config = load_config()
    return open_store(config), config


def say(message: str, **params: Any) -> None:
    """Print a sentence in the shell's language."""
    typer.echo(Reader(LANG).t(message, **params))


def emit(payload: Any) -> None:
    """Print JSON, Chinese as Chinese; never NaN, which JSON does not know."""
    typer.echo(json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False))


def printed(payload: Any, lines: Callable[[], Sequence[str]], as_json: bool) -> None:
    """Print a payload as JSON, or the lines that say the same to people."""
    if as_json:
        emit(payload)
        return
    for line in lines():
        typer.echo(line)


def plain(lines_of: Callable[[Any, Reader], Sequence[str]]) -> Callable[[Any, Any, Reader], Sequence[str]]:
    """Lines that need nothing but the payload."""
    return lambda session, payload, who: lines_of(payload, who)


def show(
    payload_of: Callable[[Any, Reader], Any],
    lines_of: Callable[[Any, Any, Reader], Sequence[str]],
    lang: str,
    as_json: bool,
) -> None:
    """Read one payload, at one moment of the store, and print it for a reader in the project's zone."""
    from reports.figures import house_settings

    store, _ = opened()
    with store.reading() as session:
        who = replace(Reader(lang), zone=house_settings(session).zone)
        payload = payload_of(session, who)
        printed(payload, lambda: lines_of(session, payload, who), as_json)


def instant(text: str | None, who: Reader) -> datetime | None:
    """An instant of --as-of in UTC: a day counts whole, as a sheet's last day does (R2); a time without an offset is
    meant in the project's zone."""
    if text is None:
        return None
    try:
        try:
            at = datetime.combine(date.fromisoformat(text), time.max)
        except ValueError:
            at = datetime.fromisoformat(text)
        if at.tzinfo is None and is_leapt_over(at, ZoneInfo(who.zone)):
            raise ValueError(f"no clock showed {at}")
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(who.zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            h(N_("Give a day (2026-11-22) or an instant (2026-11-22T17:00+08:00).")), param_hint="--as-of"
        ) from error
