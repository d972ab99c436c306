"""What leaves the house is archived as it left: the bytes under the home folder, named by their hash, and a row that says
what they are."""

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path

from access.permissions import Permission
from actions.base import acting, action
from actions.demos import demo_in_reach
from actions.given import one_of, required
from core.actor import Actor
from core.config import Config
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.made_report import Made
from core.wording_reports import MEDIA_TYPE, REPORT_KIND, REPORT_LANGUAGE
from store.db import Store
from store.tables import ArchivedReport


@action(Permission.MAKE_REPORT)
def archive_report(store: Store, actor: Actor, *, made: Made, at: datetime | None = None) -> list[ArchivedReport]:
    """Keep the files of a report.

    Returns: a row per file. Raises: Refused, NotFound, Invalid.
    """
    if not made.files:
        raise Invalid(Text("There is no file to archive."))
    with acting(store, actor, "archive_report", at=at) as work:
        if made.demo_id is not None:
            demo_in_reach(work, made.demo_id)
        else:
            work.require(project=made.project_key)
        rows = []
        for media, content in made.files.items():
            digest = hashlib.sha256(content).hexdigest()
            row = ArchivedReport(
                kind=one_of(made.kind, REPORT_KIND, N_("Report")),
                subject=required(made.subject, N_("Subject")),
                language=one_of(made.language, REPORT_LANGUAGE, N_("Language")),
                media=one_of(media, MEDIA_TYPE, N_("Format")),
                demo_id=made.demo_id,
                project_key=made.project_key,
                period_begins_at=made.period_begins_at,
                period_ends_at=made.period_ends_at,
                file_name=_file_name(made, media),
                size_bytes=len(content),
                sha256=digest,
                payload=dict(made.payload),
                made_at=work.at,
                made_by=actor.name,
            )
            _keep(store.config, digest, content)
            rows.append(work.add(row))
            work.audit(f"{made.kind} {made.subject} ({media})", None, {"sha256": digest, "bytes": len(content)})
        return rows


def archived_bytes(config: Config, sha256: str) -> bytes:
    """The bytes of an archived file.

    Raises: FortnightError where the file is gone or is no longer what was archived.
    """
    path = _path(config, sha256)
    restore = Text("Take it from a backup of the archive folder.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FortnightError(
            Text("An archived file is missing."), where=Text("{path}:", path=str(path)), next=restore
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FortnightError(
            Text("An archived file was changed after it was archived."),
            where=Text("{path}:", path=str(path)),
            next=restore,
        )
    return content


def _path(config: Config, sha256: str) -> Path:
    return config.folder("archive") / sha256[:2] / sha256


def _keep(config: Config, sha256: str, content: bytes) -> None:
    """Write a file whole or not at all; the same bytes are there only once."""
    path = _path(config, sha256)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    begun = path.with_suffix(".part")
    with begun.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    begun.chmod(0o600)
    begun.replace(path)


def _file_name(made: Made, media: str) -> str:
    """A name that every system takes, with the hash's place left to the archive."""
    kept = re.sub(r"[^\w.]+", "-", made.subject).strip("-.")
    return f"{made.kind}-{kept[:80]}-{made.language.replace('+', '-')}.{media}"
