"""One HTML file that opens offline: its typeface and charts inside, no script, nothing fetched."""

import base64
from collections.abc import Sequence

from markupsafe import Markup, escape

from charts.palette import LIGHT
from reports.paper.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Facts,
    Lines,
    Paragraph,
    Picture,
    Section,
    Table,
    printable,
    texts,
)
from reports.paper.drawing import HEIGHT, WIDTH, Label, Rect, Shape, Stroke, draw
from reports.paper.font import BOLD, FAMILY, REGULAR, cut

HTML_LANG = {"en": "en", "zh": "zh-Hans"}
STYLE = f"""
:root {{ color-scheme: light }}
body {{ margin: 0 auto; padding: 32px 24px 64px; max-width: 980px; color: {LIGHT.ink}; background: {LIGHT.paper};
  font: 16px/1.55 "{FAMILY}", sans-serif }}
h1 {{ font-size: 30px; line-height: 1.25; margin: 4px 0 6px }} h2 {{ font-size: 20px; margin: 40px 0 8px }}
.kicker, .quiet, footer, figcaption {{ color: {LIGHT.muted}; font-size: 14px }} .kicker {{ margin: 0 }}
.alarm {{ color: {LIGHT.text["not_completed"]} }} p {{ margin: 6px 0; white-space: pre-wrap }}
.facts {{ display: flex; flex-wrap: wrap; gap: 12px; margin: 12px 0 }}
.facts div {{ flex: 1 1 150px; border: 1px solid {LIGHT.line}; border-radius: 8px; padding: 10px 14px }}
.facts b {{ display: block; font-size: 24px; line-height: 1.3 }} .facts span {{ font-size: 13px; color: {LIGHT.muted} }}
.wide {{ overflow-x: auto }} table {{ border-collapse: collapse; width: 100%; font-size: 14px; margin: 8px 0 }}
th, td {{ text-align: left; vertical-align: top; padding: 6px 10px; border-bottom: 1px solid {LIGHT.line};
  overflow-wrap: anywhere; unicode-bidi: isolate }} th {{ color: {LIGHT.muted}; font-weight: 400 }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }}
figure {{ margin: 12px 0 }} svg {{ width: 100%; height: auto; display: block }}
figure img {{ max-width: 100%; height: auto; max-height: 640px; width: auto; border: 1px solid {LIGHT.line}; border-radius: 8px }}
article + article {{ border-top: 3px solid {LIGHT.line}; margin-top: 56px; padding-top: 40px }}
footer {{ margin-top: 40px; border-top: 1px solid {LIGHT.line}; padding-top: 12px }}
@media print {{ body {{ padding: 0 }} h2, figure, tr {{ break-inside: avoid }} }}
"""


def to_html(documents: Sequence[Document]) -> bytes:
    """The documents (one for each language) as one file."""
    documents = printable(documents)
    words = [text for document in documents for text in texts(document)]
    faces = Markup("").join(
        Markup('@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff2;base64,{}) }}\n').format(
            FAMILY, weight, base64.b64encode(cut(words, weight, for_web=True)).decode()
        )
        for weight in (REGULAR, BOLD)
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"
    page = Markup(
        '<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        "<title>{title}</title>\n<style>\n{faces}{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    ).format(
        lang=HTML_LANG[documents[0].lang], policy=policy, title=documents[0].title, faces=faces, style=Markup(STYLE),
        body=Markup("\n").join(_article(one) for one in documents),
    )  # fmt: skip
    return page.encode("utf-8")


def _article(document: Document) -> Markup:
    sections = Markup("").join(_section(one) for one in document.sections)
    return Markup(
        '<article lang="{}"><p class="kicker">{} · {}</p>\n<h1>{}</h1>\n{}<footer><p>{}</p><p>{}</p></footer></article>'
    ).format(
        HTML_LANG[document.lang], document.title, document.subtitle, document.headline, sections, document.footer,
        document.made,
    )  # fmt: skip


def _section(section: Section) -> Markup:
    return Markup("<section><h2>{}</h2>\n{}</section>\n").format(
        section.title, Markup("").join(_block(one) for one in section.blocks)
    )


def _block(block: Block) -> Markup:
    if isinstance(block, Paragraph):
        return Markup('<p class="{}">{}</p>\n').format(block.tone, block.text)
    if isinstance(block, Bullets):
        items = Markup("").join(Markup("<li>{}</li>").format(one) for one in block.items)
        return Markup("<ul>{}</ul>\n").format(items)
    if isinstance(block, Facts):
        each = Markup("<div><span>{}</span><b>{}</b><span>{}</span></div>")
        facts = Markup("").join(each.format(one.label, one.value, one.note) for one in block.facts)
        return Markup('<div class="facts">{}</div>\n').format(facts)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        kind = "png" if block.content.startswith(b"\x89PNG") else "jpeg"
        figure = Markup(
            '<figure><img src="data:image/{};base64,{}" width="{}" height="{}" alt="{}"><figcaption>{}</figcaption></figure>\n'
        )
        content = base64.b64encode(block.content).decode()
        return figure.format(kind, content, block.width, block.height, block.caption, block.caption)
    return _figure(block)


def _table(table: Table) -> Markup:
    if not table.rows:
        return Markup('<p class="quiet">{}</p>\n').format(table.empty)

    def row(cells: Sequence[str], tag: str) -> Markup:
        made = Markup("").join(
            Markup("<{0}{1}>{2}</{0}>").format(
                Markup(tag), Markup(' class="number"') if index in table.numeric else Markup(""), cell
            )
            for index, cell in enumerate(cells)
        )
        return Markup("<tr>{}</tr>").format(made)

    body = Markup("\n").join(row(cells, "td") for cells in table.rows)
    return Markup('<div class="wide"><table><thead>{}</thead><tbody>{}</tbody></table></div>\n').format(
        row(table.headers, "th"), body
    )


def _figure(chart: Bars | Lines) -> Markup:
    shapes = Markup("").join(_shape(one) for one in draw(chart))
    return Markup(
        '<figure><svg viewBox="0 0 {w} {h}" role="img" aria-label="{alt}">{shapes}</svg>'
        "<figcaption>{alt}</figcaption></figure>\n"
    ).format(w=int(WIDTH), h=int(HEIGHT), alt=chart.alt, shapes=shapes)


def _shape(shape: Shape) -> Markup:
    if isinstance(shape, Rect):
        return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
            shape.x, shape.y, shape.width, shape.height, shape.fill
        )
    if isinstance(shape, Stroke):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        dashes = Markup(' stroke-dasharray="8 6"') if shape.is_dashed else Markup("")
        line = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"{}/>')
        return line.format(points, shape.stroke, shape.width, dashes)
    assert isinstance(shape, Label)
    weight = Markup(' font-weight="700"') if shape.is_bold else Markup("")
    text = Markup('<text x="{:.1f}" y="{:.1f}" font-size="{:.1f}" text-anchor="{}" fill="{}"{}>{}</text>')
    return text.format(shape.x, shape.y, shape.size, shape.anchor, shape.fill, weight, escape(shape.text))
