"""The picture or video of an item: large on the stage, attached there or while the demo is prepared."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from actions.media import attach_media, take_media_away
from core.errors import FortnightError
from core.media import SUFFIXES, is_picture
from core.reader import Reader
from core.rows import rows_of
from pages.components import cards, data, entry_form, filters, screens, upload
from pages.components.data import demo
from pages.components.markup import clean, join, muted, plain, safe
from reports.figures import SprintFigures


def shown(reader: Reader, source_id: int, sprint_id: str, item: Mapping[str, Any]) -> None:
    """The item's picture or video on the stage, from our own route; P fills the screen with it."""
    row = demo.media(source_id, sprint_id).get(str(item["work_item_id"]))
    if row is not None:
        st.html(large(reader, row, str(item["title"])))


def large(reader: Reader, row: Mapping[str, Any], title: str) -> Markup:
    """A picture or video as HTML. Args: row, of store.demos.standing_media; title, of its item."""
    address = f"/stage/media/{row['media_id']}"
    if is_picture(row["media_type"]):
        one = Markup('<img class="fn-stage-media" src="{}" alt="{}" title="{}">')
        return one.format(
            address, reader.t("Picture of {title}", title=clean(title)), reader.t("P fills the screen with it")
        )
    one = Markup('<video class="fn-stage-media" src="{}" aria-label="{}" controls preload="metadata"></video>')
    return one.format(address, reader.t("Video of {title}", title=clean(title)))


def attach_form(reader: Reader, source_id: int, sprint_id: str, work_item_id: str) -> None:
    """Choose a file for one item, or take the one it has away."""
    filling = entry_form.entry(f"present.media.{source_id}.{sprint_id}.{work_item_id}")
    most = data.settings().media_mb
    cards.html(muted(reader.t("PNG, JPEG, WebP, GIF, MP4 or WebM, up to {most} MB.", most=most)))
    key = "present-media"
    with st.container(key=key):
        upload.quiet(reader, key)
        given = st.file_uploader(
            plain(reader.t("Picture or video")), type=list(SUFFIXES), key=filling.key("file"), max_upload_size=most,
            label_visibility="collapsed",
        )  # fmt: skip
    if given is not None:
        filling.send(
            reader,
            lambda: data.do(
                attach_media, source_id=source_id, sprint_id=sprint_id, work_item_id=work_item_id,
                file_name=given.name, content=given.getvalue(),
            ),
            reader.t("It is shown with the item now."),
        )  # fmt: skip
    row = demo.media(source_id, sprint_id).get(work_item_id)
    if row is None:
        return
    cards.html(join([safe(str(row["file_name"])), reader.t("{size} MB", size=round(row["size_bytes"] / 1024**2, 1))]))
    if st.button(plain(reader.t("Take it away")), key=filling.key("away")):
        try:
            data.do(take_media_away, source_id=source_id, sprint_id=sprint_id, work_item_id=work_item_id)
        except FortnightError as error:
            screens.failed(reader, error)
            return
        filling.taken(reader.t("The item is shown without it."))


def media_panel(reader: Reader, figures: SprintFigures) -> None:
    """While the demo is prepared: which items have a picture or video, and one for the item chosen."""
    held = demo.media(figures.source_id, figures.sprint["sprint_id"])
    rows = {str(row["work_item_id"]): row for row in rows_of(figures.items)}
    having = [one for one in rows if one in held]

    def say(one: str) -> str:
        word = reader.t("video") if one in held and not is_picture(held[one]["media_type"]) else reader.t("picture")
        return f"{rows[one]['key']} {rows[one]['title']}" + (f" · {word}" if one in held else "")

    under = reader.t("Shown large on the stage; pictures stand in the minutes, too.")
    with cards.panel(reader.t("Pictures and videos"), reader.number(len(having)), under=under):
        order = [*having, *(one for one in rows if one not in held)]
        chosen = filters.choose(
            reader.t("Item"), ["", *order], key="present.media", width="stretch",
            say=lambda one: say(one) if one else reader.t("Choose an item …"),
        )  # fmt: skip
        if chosen:
            attach_form(reader, figures.source_id, figures.sprint["sprint_id"], chosen)
