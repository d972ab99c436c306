"""The HTML of the sign-in pages: one frame, forms, sentences. Every value is escaped; no script, nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request

from core.errors import FortnightError
from core.i18n import LANGUAGES, nearest_language
from core.reader import Reader
from services.routes import LANGUAGE_COOKIE

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
FRAME = Markup(
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Fortnight 双周</title>'
    '<link rel="icon" href="/sign-in/mark.svg"><link rel="stylesheet" href="/sign-in/style.css"></head>'
    '<body><header><img src="/sign-in/mark.svg" alt="">Fortnight 双周</header>'
    '<main class="{kind}"><h1>{title}</h1>{body}</main><footer>{languages}</footer></body></html>'
)


@dataclass(frozen=True)
class Field:
    """A field of a form: its name, label, type, what the browser may fill in, and what stands in it."""

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"
    value: str = ""
    is_required: bool = True


def reader_of(request: Request, kept: str | None = None) -> Reader:
    """The language of who asks: the choice in a cookie, the account's own, then the browser's."""
    for named in (request.cookies.get(LANGUAGE_COOKIE), kept):
        if named in LANGUAGES:
            return Reader(str(named))
    return Reader(nearest_language(request.headers.get("accept-language")))


def page(reader: Reader, request: Request, title: str, *body: Markup, is_wide: bool = False) -> str:
    """A whole page. Args: title, its headline, put into words already."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    links = []
    for lang, name in LANGUAGE_NAMES.items():
        if lang == reader.lang:
            links.append(Markup('<b lang="{}" aria-current="true">{}</b>').format(lang, name))
        else:
            link = Markup('<a href="/language/{}?next={}" lang="{}" hreflang="{}">{}</a>')
            links.append(link.format(lang, quote(back, safe="/"), lang, lang, name))
    return str(
        FRAME.format(
            lang=reader.lang, title=title, kind="wide" if is_wide else "", body=Markup("").join(body),
            languages=Markup("").join(links),
        )
    )  # fmt: skip


def form(
    address: str, token: str, fields: Sequence[Field], button: str, *, is_quiet: bool = False, is_focused: bool = False
) -> Markup:
    """A form. Args: token, what proves that it came from a page of ours (`forms.token`); fields, of kind `hidden` for what
    only travels along."""
    first = next((field for field in fields if is_focused and not field.value), None)
    inner = Markup("").join(_field(field, is_first=field is first) for field in fields)
    return Markup(
        '<form method="post" action="{}"><input type="hidden" name="form" value="{}">{}<button class="{}">{}</button></form>'
    ).format(address, token, inner, "quiet" if is_quiet else "", button)


def said(reader: Reader, error: FortnightError) -> Markup:
    """What went wrong, in the reader's words."""
    return Markup('<p class="said" role="alert">{}</p>').format(error.say(reader))


def done(sentence: str) -> Markup:
    """What was just done."""
    return Markup('<p class="said done" role="status">{}</p>').format(sentence)


def paragraph(sentence: str, *, is_muted: bool = False) -> Markup:
    """A sentence."""
    return Markup('<p class="{}">{}</p>').format("muted" if is_muted else "", sentence)


def heading(sentence: str) -> Markup:
    """The title of a part."""
    return Markup("<h2>{}</h2>").format(sentence)


def button_link(address: str, sentence: str, *, is_quiet: bool = True) -> Markup:
    """A link that looks like a button."""
    return Markup('<a class="button {}" href="{}">{}</a>').format("quiet" if is_quiet else "", address, sentence)


def _field(field: Field, *, is_first: bool) -> Markup:
    if field.kind == "hidden":
        return Markup('<input type="hidden" name="{}" value="{}">').format(field.name, field.value)
    more = Markup(" required") if field.is_required else Markup("")
    if is_first:
        more += Markup(" autofocus")
    if field.name == "code":
        more += Markup(' inputmode="numeric"')
    return Markup('<label>{}<input name="{}" type="{}" autocomplete="{}" value="{}"{}></label>').format(
        field.label, field.name, field.kind, field.autocomplete, field.value, more
    )
