"""Commands for who keeps the house: the database, its backups, its settings, what is derived."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.actor import local_admin
from core.clock import now
from core.config import load_config
from core.house import LABELS
from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, Json, Lang, app, argument, command, h, opened, option, printed, say, show


@command(app, "migrate", N_("Create the database or upgrade it; a backup is taken first."))
def migrate() -> None:
    from store.migrate import migrate as run

    before, after, saved = run(load_config())
    if before == after:
        say(N_("The database is up to date ({schema})."), schema=str(after))
    elif saved:
        say(N_("Upgraded to {schema}; the backup is {path}."), schema=str(after), path=str(saved))
        rebuild()  # what an older program derived is counted as this one counts
    else:
        say(N_("Created the database ({schema})."), schema=str(after))


@command(app, "backup", N_("Copy the database into the home folder's backups, and prove that the copy opens."))
def backup() -> None:
    from actions.maintenance import take_backup

    store, config = opened()
    typer.echo(str(take_backup(store, local_admin())))
    keys = config.home / "keys"
    if keys.is_dir() and any(keys.iterdir()):
        # beside the answer, not in it: scripts read the file's name
        note = N_("The keys are not in it: keep a copy of {folder} elsewhere, or stored credentials are entered again.")
        typer.echo(Reader(LANG).t(note, folder=str(keys)), err=True)


@command(app, "restore", N_("Put a backup in the database's place; what stands there now is kept beside it."))
def restore(
    file: Annotated[Path | None, argument(N_("The backup file."), N_("FILE"))] = None,
    latest: Annotated[bool, option("--latest", N_("Take the newest backup."))] = False,
) -> None:
    from actions.maintenance import restore_backup

    if (file is None) == (not latest):
        raise typer.BadParameter(h(N_("Name a backup file, or say --latest.")))
    chosen, kept = restore_backup(load_config(), local_admin(), file)
    say(N_("Restored {path}."), path=str(chosen))
    if kept:
        say(N_("What stood there is kept as {path}."), path=str(kept))


@command(app, "status", N_("Say what the store holds, how fresh it is, and what was found in the data."))
def status(lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import recent_runs, status_figures
    from reports.tables import status_lines

    def lines(session: Any, payload: Any, who: Reader) -> Sequence[str]:
        return status_lines(payload, who, recent_runs(session))

    show(lambda session, who: status_figures(session, who, as_of=now()), lines, lang, as_json)


@command(app, "settings", N_("Show the settings of the house, or change one."))
def settings(
    name: Annotated[str | None, argument(N_("The setting to show or change."), N_("NAME"))] = None,
    value: Annotated[str | None, argument(N_("Its new value."), N_("VALUE"))] = None,
    as_json: Json = False,
) -> None:
    from actions.settings import save_settings
    from reports.figures import house_settings
    from reports.setting_lines import read_setting, setting_lines

    store, _ = opened()
    with store.reading() as session:
        house = house_settings(session)
    if name is not None and value is not None:
        house = save_settings(store, local_admin(), changes={name: read_setting(name, value)})
    values = house.values()
    if name is not None:
        if name not in values:
            house.changed({name: value})  # refuses the name, and says which ones there are
        values = {name: values[name]}
    printed(values, lambda: setting_lines(values, LABELS, Reader(LANG)), as_json)


@command(app, "rebuild", N_("Derive every sprint anew from the facts; a sound store does not change."))
def rebuild() -> None:
    from actions.derive import rebuild as run

    store, _ = opened()
    sprints, changed = run(store, local_admin())
    say(N_("Derived {n} sprints anew; {changed} rows changed."), n=sprints, changed=changed)
