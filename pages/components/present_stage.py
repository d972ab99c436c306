"""The stage: full screen, large type, one item at a time, everything by keyboard; the room's remarks beside it.

All state is in the store: a second presenter sees the same item, and a closed tab comes back to where it was.
"""

import base64
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import segno
import streamlit as st
from markupsafe import Markup

from actions.demos import end_demo, show_item
from actions.verdicts import record_verdict
from core.clock import now
from core.errors import FortnightError
from core.reader import Reader
from core.rows import rows_of
from core.wording import BUCKET, OUTCOME
from core.wording_actions import VERDICT
from core.wording_demo import REACTION
from pages.components import cards, data, entry_form, present_media, screens, sprint_words
from pages.components.data import demo
from pages.components.markup import badge, join, plain, safe
from pages.components.present_notes import listed, note_form
from reports.figures import SprintFigures

SIGNS = {"accepted": "✓", "accepted_with_changes": "~", "rejected": "✗", "not_shown": "–"}
REFUSED = "present.refused"  # what the last click met, said once
LAST_GIVEN = "demo.last_given"  # who decided last, and for which department: mostly the same person speaks on
STAGE = """<style>
[data-testid=stSidebar],[data-testid=stSidebarCollapsedControl],[data-testid=stExpandSidebarButton],.fn-crumb,
[data-testid=stHeader],.st-key-shell-sample{display:none!important}
[data-testid=stMainBlockContainer]{max-width:none!important;padding:1.4rem 3rem 3.4rem!important}
.fn-stage-line{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.3rem 2rem;color:var(--fn-muted);font-size:1.35rem}
.fn-stage-chips{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;font-size:1.2rem}
.fn-stage-chips .fn-badge{font-size:1.15rem;padding:.2rem .7rem}
.stHtml h1.fn-stage-title{font-size:clamp(2rem,4.6vw,4rem);line-height:1.15;font-weight:700;overflow-wrap:anywhere;
 unicode-bidi:isolate;padding:0;margin:.2rem 0}
@media (min-width:641px){.stHtml h1.fn-stage-alone{font-size:clamp(2rem,min(5.8vw,11vh),6.5rem);margin:3vh 0 5vh}}
.fn-stage-text{font-size:clamp(1.1rem,1.8vw,1.6rem);line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere;
 max-height:34vh;overflow-y:auto;unicode-bidi:isolate}
.fn-stage-media{display:block;max-width:100%;max-height:max(16rem,calc(100vh - 30rem));margin:.4rem 0;cursor:zoom-in;border-radius:8px;background:var(--fn-sidebar);
 object-fit:contain}video.fn-stage-media{width:100%}
.stHtml:has(+ .stElementContainer .fn-stage-media) h1,.stElementContainer:has(+ .stElementContainer .fn-stage-media) h1.fn-stage-title
 {font-size:clamp(1.5rem,2.6vw,2.3rem)!important}
.fn-stage-media.fn-stage-filled{position:fixed;inset:0;z-index:999999;width:100vw;height:100vh;max-width:none;max-height:none;
 margin:0;border-radius:0;background:#000}
.fn-stage-room{max-height:calc(100vh - 20rem);min-height:12rem;overflow-y:auto}
.fn-stage-said{border-radius:12px;background:var(--fn-sidebar);padding:.7rem 1rem;margin:.35rem 0;font-size:1.3rem;
 overflow-wrap:anywhere;unicode-bidi:isolate}.fn-stage-said small{display:block;color:var(--fn-muted);font-size:1rem}
.fn-stage-said b{font-size:1.5rem;margin-right:.9rem}
.fn-stage-way{position:fixed;left:0;bottom:0;height:7px;background:var(--fn-accent);z-index:9}
.fn-stage-qr{display:flex;gap:.9rem;align-items:center;color:var(--fn-muted)}
.fn-stage-qr img{width:9.5rem;height:9.5rem;background:#fff;border-radius:8px;padding:.4rem;flex:none}
.fn-stage-qr a{color:inherit;overflow-wrap:anywhere}
.st-key-present-verdicts button{min-height:clamp(4.2rem,10vh,7rem)}@media (max-width:640px){.st-key-present-verdicts button{min-height:4.2rem}}
.st-key-present-verdicts button p{font-size:clamp(1.25rem,1.6vw,2rem);font-weight:650}
[data-testid=stMain]:focus-visible{outline:none}
[data-stale=true]{opacity:1!important;transition:none!important}
.fn-stage-full{font:inherit;font-size:1rem;color:inherit;background:none;border:1px solid var(--fn-line);border-radius:8px;
 padding:.1rem .6rem;cursor:pointer}
.st-key-present-way button{min-height:3rem}.st-key-present-way button p{font-size:clamp(.95rem,1.2vw,1.4rem)}
@media (max-width:640px){.fn-stage-full{display:none}.fn-stage-room{max-height:none}[data-testid=stMainBlockContainer]{padding:1rem 1rem 3rem!important}}
</style>"""
EVERY_SECONDS = 1.0
LARGE = 60  # letters of a title that may fill the screen where nothing else stands under it


def stage(reader: Reader, now_on: demo.Stage) -> None:
    """One screen of the demo: the item that stands in the store as shown."""
    st.html(STAGE)
    st.html(
        '<script src="/audience/stage.js"></script>', unsafe_allow_javascript=True
    )  # our own file, no inline script
    entry_form.announce()
    if REFUSED in st.session_state:
        screens.failed(reader, st.session_state.pop(REFUSED))
    figures = data.sprint(now_on.source_id, now_on.sprint_id)
    rows = {str(row["work_item_id"]): row for row in rows_of(figures.items)}
    item = rows.get(now_on.current)
    place = now_on.order.index(now_on.current) if now_on.current in now_on.order else 0
    _line(reader, now_on, figures, place)
    left, right = st.columns([2.4, 1], gap="large")
    with left:
        if item is None:
            cards.html(reader.t("This item is no longer in the sprint."))
        else:
            _item(reader, figures, {str(name): value for name, value in item.items()})
            _verdict(reader, now_on, figures, {str(name): value for name, value in item.items()}, place)
        _way(reader, now_on, place)
    with right:
        _room(reader, now_on, now_on.current)
    share = (place + 1) / max(len(now_on.order), 1)
    st.html(Markup('<div class="fn-stage-way" style="width:{:.1f}%"></div>').format(share * 100))


def _line(reader: Reader, now_on: demo.Stage, figures: SprintFigures, place: int) -> None:
    minutes = int((now() - now_on.started_at).total_seconds() // 60)
    goal = figures.sprint["goal"]
    first = [
        reader.t("Demo of {sprint}", sprint=figures.sprint["name"]),
        reader.t("item {place} of {count}", place=place + 1, count=len(now_on.order)),
    ]
    second = [reader.t("{n} min", n=minutes), reader.t("goal: {goal}", goal=goal) if isinstance(goal, str) else ""]
    full = Markup(' <button type="button" class="fn-stage-full">{} F</button>').format(reader.t("Full screen"))
    st.html(
        Markup('<div class="fn-stage-line"><span>{}</span><span>{}{}</span></div>').format(
            join(first), join(second), full
        )
    )


def _item(reader: Reader, figures: SprintFigures, item: dict[str, Any]) -> None:
    bucket, outcome, points = item["bucket"], item["outcome"], item["final_points"]
    chips = [
        badge("neutral", str(item["key"])),
        badge("neutral", sprint_words.amount(reader, None if pd.isna(points) else points, "points")),
        badge(bucket, reader.t(BUCKET[bucket])) if bucket in BUCKET else "",
        badge(outcome, reader.t(OUTCOME[outcome])) if outcome in OUTCOME else "",
    ]
    link = item["url"]
    if isinstance(link, str) and link.startswith(("https://", "http://")):
        anchor = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{} ↗</a>')
        chips.append(anchor.format(safe(link), reader.t("open")))
    st.html(Markup('<div class="fn-stage-chips">{}</div>').format(join(chips, " ")))
    text, sprint_id = _text(item["acceptance_criteria"]).strip(), str(figures.sprint["sprint_id"])
    has_picture = str(item["work_item_id"]) in demo.media(figures.source_id, sprint_id)
    is_alone = not text and not has_picture and len(_text(item["title"])) <= LARGE
    look = "fn-stage-title fn-stage-alone" if is_alone else "fn-stage-title"
    st.html(Markup('<h1 class="{}">{}</h1>').format(look, safe(item["title"])))
    present_media.shown(reader, figures.source_id, sprint_id, item)
    if text:
        st.html(Markup('<div class="fn-stage-text">{}</div>').format(safe(text)))


def _verdict(reader: Reader, now_on: demo.Stage, figures: SprintFigures, item: dict[str, Any], place: int) -> None:
    """Four buttons; who decided and the remark stay beside them and are recorded with the verdict."""
    given = st.session_state.get(LAST_GIVEN, {})
    key = f"present.{now_on.demo_id}.{item['work_item_id']}"
    who, where, said = st.columns([1, 1, 2])
    who.text_input(
        plain(reader.t("Decided by")), value=_text(item["decided_by"]) or given.get("by", ""), key=f"{key}.by"
    )
    where.text_input(
        plain(reader.t("Department")),
        value=_text(item["department"]) or given.get("department", ""),
        key=f"{key}.where",
    )
    said.text_input(plain(reader.t("Remark")), value=_text(item["remark"]), key=f"{key}.remark")
    given_by = (f"{key}.by", f"{key}.where", f"{key}.remark")
    with st.container(key="present-verdicts", horizontal=True, gap="small"):
        for number, (code, word) in enumerate(VERDICT.items(), start=1):
            st.button(
                f"{plain(SIGNS[code])} {plain(reader.t(word))}", key=f"{key}.{code}", shortcut=str(number),
                type="primary" if item["verdict"] == code else "secondary", width="stretch",
                on_click=_record, args=(figures, str(item["work_item_id"]), code, given_by),
            )  # fmt: skip


def _record(figures: SprintFigures, work_item_id: str, code: str, given_by: tuple[str, str, str]) -> None:
    """The click itself: what the fields hold at that moment is recorded, before the screen is drawn anew."""
    by, department, remark = (st.session_state.get(key, "") for key in given_by)
    is_done = _act(
        record_verdict, source_id=figures.source_id, sprint_id=figures.sprint["sprint_id"],
        work_item_id=work_item_id, verdict=code, remark=remark, decided_by=by, department=department,
    )  # fmt: skip
    if is_done:
        st.session_state[LAST_GIVEN] = {"by": by, "department": department}


def _way(reader: Reader, now_on: demo.Stage, place: int) -> None:
    """To the item before and after, a decision, an action item, and the end."""
    last = len(now_on.order) - 1
    with st.container(key="present-way", horizontal=True, gap="small", vertical_alignment="center"):
        for label, key, shortcut, to, is_off in (
            (reader.t("Back"), "present.back", "Left", max(place - 1, 0), place == 0),
            (reader.t("Next"), "present.forth", "Right", min(place + 1, last), place >= last),
        ):
            st.button(
                plain(label), key=key, shortcut=shortcut, disabled=is_off,
                on_click=_show, args=(now_on.demo_id, now_on.order[to]),
            )  # fmt: skip
        decision = st.button(plain(reader.t("Decision")), key="present.decision", shortcut="D")
        action = st.button(plain(reader.t("Action item")), key="present.action", shortcut="A")
        picture = st.button(plain(reader.t("Picture or video")), key="present.picture", type="tertiary")
        over = st.button(plain(reader.t("End the demo")), key="present.end", type="tertiary")
    if decision or action:
        kind = "decision" if decision else "action"

        @st.dialog(plain(reader.t("Decision") if decision else reader.t("Action item")))
        def ask() -> None:
            note_form(reader, now_on, kind, now_on.current)

        ask()
    if picture:

        @st.dialog(plain(reader.t("Picture or video")))
        def attach() -> None:
            present_media.attach_form(reader, now_on.source_id, now_on.sprint_id, now_on.current)

        attach()
    if over:
        _ask_end(reader, now_on)
    taken = demo.notes(now_on.demo_id)
    if not taken.empty:
        with cards.panel(reader.t("Written down so far")):
            listed(reader, taken)


def _ask_end(reader: Reader, now_on: demo.Stage) -> None:
    @st.dialog(plain(reader.t("End the demo?")))
    def ask() -> None:
        cards.html(reader.t("The phones' link ends with it. Verdicts, remarks and decisions stay."))
        if st.button(plain(reader.t("End the demo")), key="present.end.sure", type="primary"):
            if _act(end_demo, demo_id=now_on.demo_id):
                st.query_params.pop("demo", None)
            st.rerun()

    ask()


def _show(demo_id: int, work_item_id: str) -> None:
    _act(show_item, demo_id=demo_id, work_item_id=work_item_id)


def _act(action: Callable[..., object], **given: Any) -> bool:
    """Do it now; what went wrong is said when the stage is drawn anew. Returns: whether it was done."""
    try:
        data.do(action, **given)
    except FortnightError as error:
        st.session_state[REFUSED] = error
        return False
    return True


@st.fragment(run_every=EVERY_SECONDS)
def _room(reader: Reader, shown: demo.Stage, item_id: str) -> None:
    """What the room says about this item, and whether another presenter went on."""
    fresh = demo.stage(shown.demo_id)
    if fresh is None or fresh.ended_at is not None or fresh.current != item_id:
        st.rerun()
    given = demo.reactions(shown.demo_id)
    people = given["guest"].nunique()
    cards.title(reader.t("From the room"), reader.tn("{n} person", "{n} people", people))
    _invitation(reader, shown)
    here = given[given["work_item_id"] == item_id]
    latest = here.dropna(subset=["reaction"]).drop_duplicates("guest", keep="last")
    counts = Counter(latest["reaction"].tolist())
    said = [
        Markup("<b>{} {}</b>").format(reader.t(word), counts[code]) for code, word in REACTION.items() if counts[code]
    ]
    parts = [Markup('<div class="fn-stage-said">{}</div>').format(Markup("").join(said))] if said else []
    for row in reversed(rows_of(here)):
        if isinstance(row["remark"], str):
            name = row["guest_name"] if isinstance(row["guest_name"], str) else ""
            under = join([name, f"{reader.local(row['given_at']):%H:%M}"])
            line = Markup('<div class="fn-stage-said">{}<small>{}</small></div>')
            parts.append(line.format(safe(row["remark"]), under))
    if parts:
        st.html(Markup('<div class="fn-stage-room" tabindex="0">{}</div>').format(Markup("").join(parts)))


def _invitation(reader: Reader, shown: demo.Stage) -> None:
    """The QR code of the audience's page, or what is missing for one."""
    base = demo.public_url()
    path = f"/audience/{shown.demo_id}/{shown.token}"
    if base is None:
        said = reader.t("For a QR code, set FORTNIGHT_PUBLIC_URL to the address that phones reach.")
        link = Markup('<a href="{}" target="_blank">{}</a>').format(path, reader.t("The page on this machine"))
        st.html(Markup('<div class="fn-stage-qr"><span>{}<br>{}</span></div>').format(said, link))
        return
    out = io.BytesIO()
    segno.make(base + path, error="m").save(out, kind="svg", border=1, scale=4, xmldecl=False, svgns=True)
    st.html(
        Markup('<div class="fn-stage-qr"><img alt="{}" src="data:image/svg+xml;base64,{}"><span>{}<br>{}<br>{}</span></div>').format(
            reader.t("QR code of the audience's page"), base64.b64encode(out.getvalue()).decode(),
            reader.t("Scan to say something."), reader.t("No account. Ends with the demo."),
            Markup('<a href="{}" target="_blank">{}</a>').format(base + path, reader.t("The link, for who joins from afar")),
        )
    )  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
