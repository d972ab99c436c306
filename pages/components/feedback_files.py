"""Files of feedback: pictures to look at, documents to take along, and the form that attaches them and takes them away."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from actions.feedback_files import attach_files, take_file_away
from core.attached import MOST_FILES, MOST_MB, GivenFile
from core.errors import FortnightError
from core.media import is_picture
from core.reader import Reader
from pages.components import cards, data, entry_form, filters, screens, upload
from pages.components.data import attached
from pages.components.markup import clean, join, muted, plain, safe

KILOBYTE, MEGABYTE = 1024, 1024 * 1024


def shown(reader: Reader, feedback_id: int) -> None:
    """What is attached to one piece, from our own route; who reads masked is told how much it is."""
    rows = attached.attachments().get(feedback_id, [])
    if not rows:
        return
    if attached.are_hidden():
        said = reader.tn(
            "{n} file is attached; who reads pseudonyms does not see what is in it.",
            "{n} files are attached; who reads pseudonyms does not see what is in them.",
            len(rows),
        )
        cards.html(muted(said))
        return
    cards.html(Markup('<ul class="fn-files" aria-label="{}">{}</ul>').format(
        reader.t("Attached files"), Markup("").join(_file(reader, row) for row in rows)
    ))  # fmt: skip


def counted(reader: Reader, feedback_id: int) -> str:
    """How many files a piece has, for the line that stands for it; empty without any."""
    n = len(attached.attachments().get(feedback_id, []))
    return reader.tn("{n} file", "{n} files", n) if n else ""


def field(reader: Reader, filling: entry_form.Entry, label: str) -> list[GivenFile]:
    """The field of a form by which one chooses files, with what is accepted under it. Args: label, in the reader's language."""
    key = filling.key("files_box").replace(".", "-")
    with st.container(key=key, gap="xsmall"):
        upload.quiet(reader, key)
        chosen = st.file_uploader(plain(label), accept_multiple_files=True, key=filling.key("files"))
        said = reader.t("Up to {n} files of {most} MB: pictures, PDF, text, Office.", n=MOST_FILES, most=MOST_MB)
        cards.html(Markup('<p class="fn-facts">{}</p>').format(said))
    return [GivenFile(one.name, one.getvalue()) for one in chosen]


def form(reader: Reader, feedback_id: int) -> None:
    """Attach further files to one piece, or take away those that one may."""
    filling = entry_form.entry(f"feedback.attach_{feedback_id}")
    with filling.form():
        files = field(reader, filling, reader.t("Screenshots or documents"))
        is_sent = filling.button(reader.t("Attach"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(attach_files, feedback_id=feedback_id, files=files),
            reader.t("#{number}: {step}", number=str(feedback_id), step=reader.t("Attached files")),
        )
    with filters.row():
        for row in attached.attachments().get(feedback_id, []):
            if row["added_by"] == data.actor().name or data.may("answer_feedback"):
                _take_away(reader, row)


def _take_away(reader: Reader, row: Mapping[str, Any]) -> None:
    filling = entry_form.entry(f"feedback.away_{row['attachment_id']}")
    name = str(row["file_name"])
    if st.button(plain(reader.t("Take away {file}", file=name)), key=filling.key("send")):
        try:
            data.do(take_file_away, attachment_id=int(row["attachment_id"]))
        except FortnightError as error:
            screens.failed(reader, error)
            return
        filling.taken(reader.t("{file} is no longer attached.", file=name))


def _file(reader: Reader, row: Mapping[str, Any]) -> Markup:
    """One file: a picture as itself, anything else as its name; how large it is, who attached it and when."""
    address, name = f"/attachments/{row['attachment_id']}", safe(row["file_name"])
    facts = join([_size(reader, int(row["size_bytes"])), row["added_by"], reader.instant(row["added_at"])])
    if is_picture(row["media_type"]):
        link = '<a href="{0}" target="_blank" rel="noopener"><img src="{0}/small" alt="{1}" loading="lazy"><span>{1}</span></a>'
    else:
        link = '<a href="{0}" download><i aria-hidden="true">{2}</i><span>{1}</span></a>'
    ending = clean(row["file_name"]).rpartition(".")[2].upper()[:4]
    return Markup("<li>{}<small>{}</small></li>").format(Markup(link).format(address, name, ending), facts)


def _size(reader: Reader, size: int) -> str:
    if size < MEGABYTE:
        return reader.t("{size} kB", size=max(1, round(size / KILOBYTE)))
    return reader.t("{size} MB", size=round(size / MEGABYTE, 1))
