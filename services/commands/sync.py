"""`sync`: read what is new in the connected sources. `reparse`: make rows anew from what is kept, without asking."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.actor import local_admin
from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, Json, Lang, app, argument, command, opened, option, printed, say

if TYPE_CHECKING:
    from actions.sync import SyncOutcome

Name = Annotated[
    str | None, argument(N_("The source's name; every connected source where it is not said."), N_("NAME"))
]


@command(app, "sync", N_("Read what is new in the connected sources: rows by table, what was skipped, and why."))
def sync(
    name: Name = None,
    full: Annotated[bool, option("--full", N_("Read everything again, and look for deleted issues."))] = False,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from actions.sync import sync_source
    from reports.figures import house_settings
    from reports.syncs import outcome_lines, outcome_payload

    store, _ = opened()
    with store.reading() as session:
        who = replace(Reader(lang), zone=house_settings(session).zone)
    show = _Progress(who) if sys.stderr.isatty() and not as_json else None
    outcomes: list[SyncOutcome] = []
    for source_id in _source_ids(store, name):
        census = True if full else None
        outcomes.append(
            sync_source(store, local_admin(), source_id=source_id, full=full, census=census, on_progress=show)
        )
        if show is not None:
            show.clear()
        if not as_json:
            for line in outcome_lines(outcomes[-1], who):
                typer.echo(line)
    printed([outcome_payload(one, who) for one in outcomes], list, as_json)
    broken = [one for one in outcomes if one.state in ("failed", "cancelled")]
    for one in broken:
        if one.error is not None:
            typer.echo(" ".join(one.error.say(who).split()), err=True)
    if broken:
        raise typer.Exit(1)


@command(app, "reparse", N_("Make rows anew from the kept raw records of a source, without asking it again."))
def reparse(name: Name = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from actions.replay import reparse_source
    from reports.syncs import reparsed_lines, reparsed_payload

    store, _ = opened()
    who = Reader(lang)
    done = [reparse_source(store, local_admin(), source_id=one) for one in _source_ids(store, name)]
    printed(
        [reparsed_payload(one) for one in done],
        lambda: [line for one in done for line in reparsed_lines(one, who)],
        as_json,
    )


def _source_ids(store: Any, name: str | None) -> list[int]:
    """The source of this name, or every Jira there is."""
    from actions.sources import source_of_name
    from store.read import rows_where
    from store.tables import Source

    with store.reading() as session:
        if name is not None:
            return [int(source_of_name(session, name, kind="jira").id or 0)]
        found = [int(one.id or 0) for one in rows_where(session, Source, kind="jira")]
    if not found:
        say(N_("No source is connected yet. Connect a Jira with: python fortnight.py sources add jira NAME --url URL"))
    return found


class _Progress:
    """One line on a terminal that says how far the sync is; it goes when the sync ends."""

    def __init__(self, who: Reader) -> None:
        self.who = who

    def __call__(self, told: dict[str, Any]) -> None:
        from reports.syncs import progress_line

        sys.stderr.write(f"\r\x1b[K{progress_line(told, self.who)}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
