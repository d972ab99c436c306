"""The bytes of what people attach, to items of a demo and to feedback: kept with their rows, gone once nothing shows them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from actions.base import Work
from core.attached import MOST_FILES, GivenFile, checked_files
from core.errors import Invalid
from core.i18n import Text
from store.attachments import standing
from store.db import Store
from store.kept_files import ATTACHMENTS, drop_file, keep_file
from store.read import rows_where
from store.tables import Attachment, Feedback, ItemMedia


@contextmanager
def kept_with(store: Store) -> Iterator[list[str]]:
    """Around an action that keeps bytes: where it fails, what it kept leaves the disk again.

    Yields: a list for the hashes of what was kept.
    """
    kept: list[str] = []
    try:
        yield kept
    except BaseException:
        forget_files(store, kept)
        raise


def forget_files(store: Store, hashes: Iterable[str]) -> None:
    """Delete the bytes of what is no longer shown, unless something else shows the same."""
    for sha256 in set(hashes):
        with store.writing() as session:  # nobody attaches the same bytes meanwhile
            latest: dict[tuple[int, str, str], str | None] = {}
            for row in rows_where(session, ItemMedia):
                latest[row.source_id, row.sprint_id, row.work_item_id] = row.sha256
            if sha256 not in latest.values() and not standing(session, sha256=sha256):
                drop_file(store.config, ATTACHMENTS, sha256)


def attach_to(
    work: Work, store: Store, feedback: Feedback, files: Sequence[GivenFile], kept: list[str]
) -> list[Attachment]:
    """Keep files with a piece of feedback, each with its entry in the log. Args: kept, of `kept_with`.

    Raises: Invalid, naming the file that may not be kept, or where there are too many; nothing is kept then.
    """
    checked = checked_files(files)
    there = standing(work.session, feedback_id=feedback.id)
    if len(there) + len(checked) > MOST_FILES:
        raise Invalid(
            Text("That would be {n} files; a piece of feedback holds up to {most}.",
                 n=len(there) + len(checked), most=MOST_FILES),
            next=Text("Leave some out, or take away what is no longer needed."),
        )  # fmt: skip
    rows: list[Attachment] = []
    for one in checked:
        sha256 = keep_file(store.config, ATTACHMENTS, one.content)
        kept.append(sha256)
        if sha256 in {row.sha256 for row in [*there, *rows]}:
            raise Invalid(
                Text("“{file}” cannot be attached.", file=one.file_name),
                why=Text("The same file is attached already."),
                next=Text("Leave it out and try again."),
            )
        row = Attachment(
            feedback_id=feedback.id or 0, file_name=one.file_name, media_type=one.media_type, sha256=sha256,
            size_bytes=len(one.content), added_at=work.at, added_by=work.actor.name,
        )  # fmt: skip
        rows.append(work.add(row))
        work.audit(f"feedback {feedback.id}", None, row)
    return rows
