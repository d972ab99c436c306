"""The audience's page as HTML: one item, three reactions, one remark. It works without its script, too."""

from markupsafe import Markup

from charts.palette import DARK, LIGHT, Palette
from core.i18n import N_
from core.reader import Reader
from core.wording_demo import REACTION
from services.audience.view import Shown

HTML_LANG = {"en": "en", "zh": "zh-Hans"}
SIGNS = {"like": "✓", "unsure": "~", "dislike": "✗"}
TITLE = N_("Say something about this demo")


def _colours(palette: Palette) -> str:
    return (
        f"--ink:{palette.ink};--muted:{palette.muted};--line:{palette.line};--paper:{palette.paper};"
        f"--panel:{palette.panel};--accent:{palette['accent']};--good:{palette.text['completed']};"
        f"--tint:{palette.tint['completed']}"
    )


STYLE = f"""
:root {{ color-scheme: light dark; {_colours(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK)} }} }}
* {{ box-sizing: border-box }}
body {{ margin: 0 auto; max-width: 34rem; padding: 1.25rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.5 "Source Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif }}
.quiet {{ color: var(--muted); font-size: .9375rem; margin: 0 }} h1 {{ font-size: 1.5rem; line-height: 1.3; margin: .25rem 0 1rem;
  overflow-wrap: anywhere; unicode-bidi: isolate }}
fieldset {{ border: 0; padding: 0; margin: 0 0 1rem; display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem }}
button {{ font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: .625rem;
  padding: .75rem .5rem; min-height: 3rem; cursor: pointer }}
button[aria-pressed=true] {{ border-color: var(--good); background: var(--tint); color: var(--good); font-weight: 700 }}
button.send {{ width: 100%; background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 700 }}
:focus-visible {{ outline: 3px solid var(--accent); outline-offset: 2px }}
label {{ display: block; margin: 0 0 .75rem }} input, textarea {{ font: inherit; color: inherit; background: var(--panel); width: 100%;
  border: 1px solid var(--line); border-radius: .625rem; padding: .625rem; margin-top: .25rem }}
ul {{ padding-left: 1.1rem; overflow-wrap: anywhere }} .said {{ color: var(--good) }} nav {{ margin-top: 2rem }}
"""


def item_page(reader: Reader, shown: Shown, path: str, name: str, said: str = "") -> str:
    """The page of the item on the screen. Args: path, of the link; name, what the phone called itself; said, what just
    happened."""
    buttons = Markup("").join(
        Markup('<button name="reaction" value="{}" aria-pressed="{}">{} {}</button>').format(
            code, "true" if shown.reaction == code else "false", SIGNS[code], reader.t(word)
        )
        for code, word in REACTION.items()
    )
    mine = Markup("").join(Markup("<li>{}</li>").format(one) for one in shown.remarks)
    body = Markup(
        '<p class="quiet">{place}</p><p class="quiet">{key}</p><h1>{title}</h1>'
        '<form method="post" action="{path}"><input type="hidden" name="item" value="{item}">'
        '<fieldset aria-label="{ask}">{buttons}</fieldset>'
        '<label>{remark}<textarea name="remark" rows="3" maxlength="1000"></textarea></label>'
        '<label>{named}<input name="name" maxlength="60" autocomplete="name" value="{name}"></label>'
        '<button class="send">{send}</button></form><p class="said" role="status">{said}</p>{mine}'
    ).format(
        place=reader.t(
            "{sprint} · item {place} of {count}", sprint=shown.sprint, place=shown.place, count=shown.count
        ),
        key=shown.key, title=shown.title, path=path, item=shown.item_id, ask=reader.t("What do you think of it?"),
        buttons=buttons, remark=reader.t("A remark or a question"), named=reader.t("Your name, if you like"),
        name=name, send=reader.t("Send the remark"), said=said,
        mine=Markup("<ul>{}</ul>").format(mine) if mine else "",
    )  # fmt: skip
    return _page(reader, body, state=f"{shown.item_id}|{shown.place}", path=path)


def over_page(reader: Reader) -> str:
    """The page of a link that opens nothing (any more)."""
    body = Markup("<h1>{}</h1><p>{}</p>").format(
        reader.t("This demo is over."),
        reader.t("The link ended with it. Ask the presenter for a new one if a demo is running now."),
    )
    return _page(reader, body)


def _page(reader: Reader, body: Markup, state: str = "", path: str = "") -> str:
    other = "zh" if reader.lang == "en" else "en"
    back = path or "/"
    switch = Markup('<nav class="quiet"><a class="quiet" href="{}?lang={}" lang="{}">{}</a></nav>').format(
        back, other, other, {"en": "English", "zh": "中文"}[other]
    )
    script = Markup('<script src="/audience/audience.js" defer></script>') if state else Markup("")
    return Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><link rel="icon" href="data:,">'
        "<title>{title}</title><style>{style}</style>{script}</head>"
        '<body data-state="{state}" data-path="{path}">{body}{switch}</body></html>'
    ).format(
        lang=HTML_LANG[reader.lang], title=reader.t(TITLE), style=Markup(STYLE), script=script, state=state, path=path,
        body=body, switch=switch if path else Markup(""),
    )  # fmt: skip
