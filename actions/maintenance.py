"""Backups on request, and the way back."""

from datetime import datetime
from pathlib import Path

from access.permissions import Permission, require
from access.sessions import something_ended
from actions.base import acting, action
from core.actor import Actor
from core.config import Config
from core.errors import NotFound
from core.i18n import Text
from store.backup import back_up, backups, restore
from store.db import Store, open_store


@action(Permission.MANAGE_SETTINGS, house_wide=True)
def take_backup(store: Store, actor: Actor, *, at: datetime | None = None) -> Path:
    """Copy the database and prove that the copy opens. Returns: the file. Raises: Refused, FortnightError."""
    require(actor, Permission.MANAGE_SETTINGS)
    saved = back_up(store, at=at)
    with acting(store, actor, "take_backup", at=at) as work:
        work.audit(f"backup {saved.name}", None, {"bytes": saved.stat().st_size})
    return saved


@action(Permission.MANAGE_SETTINGS, house_wide=True)
def restore_backup(
    config: Config, actor: Actor, file: Path | None = None, *, at: datetime | None = None
) -> tuple[Path, Path | None]:
    """Put a backup (by default the newest) in the database's place and note it in the restored log. What opened doors on
    that day opens none now: sessions end, links that were not used yet are withdrawn, running demos get a new link.

    Returns: the backup taken, and where the replaced file is kept. Raises: Refused, NotFound, FortnightError.
    """
    require(actor, Permission.MANAGE_SETTINGS)
    if file is None:
        found = backups(config)
        if not found:
            raise NotFound(
                Text("There is no backup in {folder}.", folder=str(config.folder("backups"))),
                next=Text(
                    "Name a backup file: python fortnight.py restore FILE. Where there is none at all, move this data folder aside and begin anew."
                ),
            )
        file = found[0]
    elif not file.exists():
        raise NotFound(Text("The backup {path} does not exist.", path=str(file)))
    done = restore(config, file)
    something_ended()
    with acting(open_store(config), actor, "restore_backup", at=at) as work:
        closed = {"sessions_ended": done.sessions_ended, "links_withdrawn": done.links_withdrawn}
        work.audit(f"backup {file.name}", None, {"replaced": done.kept.name if done.kept else None, **closed})
    return file, done.kept
