"""The frame around every page: what `dashboard.py` serves. Navigation by permission, the brand, the language, freshness.

Streamlit runs this file at each rerun; it lies below `pages/components/` so that no page is reachable past navigation.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import streamlit as st
from markupsafe import Markup

from access.permissions import Permission
from core.clock import now
from core.reader import Reader
from pages.components import data, navigation, people_view, session, staleness, theme
from pages.components.markup import join, plain, safe
from pages.components.navigation import PageFile
from pages.components.reader import reader as present_reader
from pages.components.reader import reader_without_store

MARK = str(Path(__file__).with_name("mark.svg"))
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
Listed = Mapping[str, tuple[PageFile, st.Page]]


def main() -> None:
    """One run: look, navigation, sidebar, sample ribbon, then the page itself."""
    st.set_page_config(page_title="Fortnight 双周", page_icon=MARK, layout="wide")
    st.logo(MARK, icon_image=MARK)
    theme.inject_css()
    try:
        data.present()
    except session.SignedOut:
        session.signed_out(reader_without_store())
        return
    reader = present_reader()
    workspace = data.workspace()
    allowed = navigation.visible(navigation.page_files(), data.may)
    listed = {
        page.address: (
            page,
            st.Page(
                page.path,
                title=reader.t(page.title),
                icon=page.icon,
                url_path=page.address,
                default=index == 0,
            ),
        )
        for index, page in enumerate(allowed)
    }
    chosen = st.navigation([page for _, page in listed.values()], expanded=True)
    st.set_page_config(page_title=f"{chosen.title} · Fortnight 双周")
    with st.sidebar:
        _sidebar(reader, workspace, listed)
    _crumb(reader, chosen.title)
    people_view.ribbon(reader)
    if workspace.is_sample:
        _sample_ribbon(reader)
    staleness.lines(reader, now())
    chosen.run()


def language_link(lang: str, url: str) -> str:
    """The address that keeps `lang` and comes back to the page of `url` (its own `lang` taken off)."""
    parts = urlsplit(url)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "lang"])
    back = (parts.path or "/") + (f"?{query}" if query else "")
    return f"/language/{lang}?next={quote(back, safe='/')}"


def _sidebar(reader: Reader, workspace: data.Workspace, listed: Listed) -> None:
    names = " · ".join(workspace.names[:3]) + (" …" if len(workspace.names) > 3 else "")
    sample = reader.t("sample workspace") if workspace.is_sample else ""
    lines = [join([names, sample]), safe(_freshness(reader, workspace))]
    st.html(Markup('<div class="fn-facts">{}</div>').format(Markup("<br>").join(line for line in lines if line)))
    if workspace.findings and "data" in listed:
        found = reader.tn("{n} finding in the data", "{n} findings in the data", workspace.findings)
        with st.container(key="shell-findings"):
            st.page_link(listed["data"][1], label=plain(found) + " →", width="content")
    with st.container(key="shell-language"):
        st.html(_languages(reader))
        st.html(Markup('<div class="fn-facts">{}</div>').format(session.line(reader, data.present())))


def _freshness(reader: Reader, workspace: data.Workspace) -> str:
    since = workspace.fresh_since
    if since is None:
        return reader.t("No data yet")
    if reader.local(since).date() == reader.local(now()).date():
        return reader.t("Fresh since {time}", time=f"{reader.local(since):%H:%M}")
    return reader.t("Fresh since {time}", time=reader.instant(since))


def _languages(reader: Reader) -> Markup:
    url = st.context.url or "/"
    links = []
    for lang, name in LANGUAGE_NAMES.items():
        if lang == reader.lang:
            links.append(Markup('<b lang="{}" aria-current="true">{}</b>').format(lang, name))
        else:
            link = Markup('<a href="{}" target="_self" lang="{}" hreflang="{}">{}</a>')
            links.append(link.format(language_link(lang, url), lang, lang, name))
    label = reader.t("Language")
    return Markup('<nav class="fn-facts" aria-label="{}">{}</nav>').format(label, Markup(" · ").join(links))


def _crumb(reader: Reader, title: str) -> None:
    """One quiet line that a phone shows above the headline, since its sidebar is folded away."""
    day = reader.t("as of {day}", day=reader.day(now(), with_year=True))
    st.html(Markup('<div class="fn-crumb">{} · {}</div>').format(safe(title), day))


def _sample_ribbon(reader: Reader) -> None:
    with st.container(key="shell-sample", horizontal=True, vertical_alignment="center", gap="small"):
        words = reader.t("Sample workspace: invented figures of an online shop.")
        st.html(Markup('<span class="fn-sample">{}</span>').format(words))
        if data.may(Permission.MANAGE_SAMPLE) and st.button(
            plain(reader.t("Leave the sample")), key="shell.leave_sample", type="tertiary"
        ):
            data.leave_sample()
            st.rerun()


with data.one_run():
    main()
