"""The typeface of reports, cut to the letters that a report uses, so that Chinese is real text wherever it is opened.

Noto Sans CJK comes with `manimgx-fonts-cjk` as one variable OpenType collection (SIL Open Font License 1.1: it may be
embedded). Its outlines are drawn at a weight and kept as TrueType, which every PDF reader and browser knows.
"""

import io
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans CJK SC"
OFFICE_FAMILY = "Microsoft YaHei"  # named in PPTX: on every Chinese Windows and Mac Office
SIMPLIFIED_CHINESE = 2  # its place in the collection
REGULAR, BOLD = 400, 700
BASIC = "".join(map(chr, range(32, 127))) + "·–—…“”‘’×→−±≥≤，。：；（）、％￥ \N{NO-BREAK SPACE}"
_MAX_ERROR = 1.0  # units of 1,000 an em: how far a quadratic curve may leave the cubic one


@lru_cache(maxsize=2)
def _source(weight: int) -> tuple[TTFont, dict[int, str], object]:
    path = resources.files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"
    font = TTFont(str(path), fontNumber=SIMPLIFIED_CHINESE, lazy=True)
    return font, font.getBestCmap(), font.getGlyphSet(location={"wght": weight})


def missing(texts: Iterable[str]) -> set[str]:
    """The characters that the typeface has no glyph for; line breaks and the like are no glyphs."""
    known = _source(REGULAR)[1]
    unseen = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    letters = {letter for text in texts for letter in text}
    return {letter for letter in letters if ord(letter) not in known and unicodedata.category(letter) not in unseen}


def cut(texts: Iterable[str], weight: int = REGULAR, *, for_web: bool = False) -> bytes:
    """A TrueType font (WOFF2 for the web) with just the glyphs of these texts.

    Args: weight, 100 to 900. A character without a glyph is left out: `missing` says which.
    """
    source, known, drawn = _source(weight)
    letters = {ord(letter) for text in (*texts, BASIC) for letter in text}
    wanted = {code: known[code] for code in sorted(letters & known.keys())}
    order = [".notdef", *sorted(set(wanted.values()))]
    glyphs, widths = {}, {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph = drawn[name]  # type: ignore[index]
        glyph.draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name], widths[name] = pen.glyph(), round(glyph.width)
    return _built(source, order, wanted, glyphs, widths, weight, "woff2" if for_web else None)


def _built(
    source: TTFont,
    order: list[str],
    wanted: dict[int, str],
    glyphs: dict[str, object],
    widths: dict[str, int],
    weight: int,
    flavor: str | None,
) -> bytes:
    """The tables of a font that holds these glyphs, with the measures of its source."""
    made = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    made.setupGlyphOrder(order)
    made.setupCharacterMap(wanted)
    made.setupGlyf(glyphs)
    made.setupHorizontalMetrics({name: (widths[name], getattr(glyphs[name], "xMin", 0)) for name in order})
    made.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    made.setupNameTable({"familyName": FAMILY, "styleName": "Bold" if weight >= BOLD else "Regular"})
    measures = source["OS/2"]
    made.setupOS2(
        sTypoAscender=measures.sTypoAscender, sTypoDescender=measures.sTypoDescender,
        usWinAscent=measures.usWinAscent, usWinDescent=measures.usWinDescent, usWeightClass=weight,
    )  # fmt: skip
    made.setupPost()
    made.font.flavor = flavor
    made.font.recalcTimestamp = False  # the same letters give the same bytes
    made.font["head"].created = made.font["head"].modified = source["head"].modified
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
