"""The pictures shown at a demo, for its minutes; of a video its name stands there."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.config import Config
from core.errors import FortnightError
from core.media import for_paper, is_picture
from core.reader import Reader
from core.rows import rows_of
from reports.paper import Paragraph, Picture, Section
from store import demos as demo_store
from store import frames
from store.kept_files import ATTACHMENTS, kept_path


@dataclass(frozen=True)
class Shown:
    """What was shown with an item: a picture as papers take it, or why there is none (`lost`), or a video (neither)."""

    work_item_id: str
    file_name: str
    picture: tuple[bytes, int, int] | None = None
    lost: FortnightError | None = None


def pictures_of(
    session: frames.Reading, config: Config, source_id: int, sprint_id: str, order: Sequence[str]
) -> tuple[Shown, ...]:
    """The pictures and videos of a sprint's items, in the order of the demo."""
    rows = {str(row["work_item_id"]): row for row in rows_of(demo_store.standing_media(session, source_id, sprint_id))}
    found = []
    for one in (name for name in order if name in rows):
        name = str(rows[one]["file_name"])
        if not is_picture(rows[one]["media_type"]):
            found.append(Shown(one, name))
            continue
        try:
            content = kept_path(config, ATTACHMENTS, str(rows[one]["sha256"])).read_bytes()
            found.append(Shown(one, name, for_paper(content)))
        except FortnightError as error:  # said where the picture would stand
            found.append(Shown(one, name, lost=error))
    return tuple(found)


def picture_section(reader: Reader, shown: Sequence[Shown], titles: dict[str, str]) -> Section:
    """Args: titles, an item's key and title by its id."""
    blocks: list[Paragraph | Picture] = []
    for one in shown:
        title = titles.get(one.work_item_id, one.work_item_id)
        if one.picture is not None:
            content, width, height = one.picture
            blocks.append(Picture(content, width, height, title))
        elif one.lost is not None:
            said = reader.t("The picture of {title} is missing: {why}", title=title, why=reader.say(one.lost.what))
            blocks.append(Paragraph(said, "alarm"))
        else:
            blocks.append(Paragraph(reader.t("{title}: the video {name} was shown.", title=title, name=one.file_name)))
    return Section(reader.t("Pictures"), tuple(blocks))
