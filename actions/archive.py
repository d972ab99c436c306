"""What leaves the house is archived as it left: the bytes under the home folder, named by their hash, and a row that says
what they are."""

import re
from datetime import datetime

from access.permissions import Permission
from actions.base import acting, action
from actions.demos import demo_in_reach
from actions.given import one_of, required
from core.actor import Actor
from core.config import Config
from core.errors import Invalid
from core.i18n import N_, Text
from core.made_report import Made
from core.wording_reports import MEDIA_TYPE, REPORT_KIND, REPORT_LANGUAGE
from store.db import Store
from store.kept_files import ARCHIVE, keep_file, kept_path
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
            digest = keep_file(store.config, ARCHIVE, content)
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
            rows.append(work.add(row))
            work.audit(f"{made.kind} {made.subject} ({media})", None, {"sha256": digest, "bytes": len(content)})
        return rows


def archived_bytes(config: Config, sha256: str) -> bytes:
    """The bytes of an archived file.

    Raises: FortnightError where the file is gone or is no longer what was archived.
    """
    return kept_path(config, ARCHIVE, sha256).read_bytes()


def _file_name(made: Made, media: str) -> str:
    """A name that every system takes, with the hash's place left to the archive."""
    kept = re.sub(r"[^\w.]+", "-", made.subject).strip("-.")
    return f"{made.kind}-{kept[:80]}-{made.language.replace('+', '-')}.{media}"
