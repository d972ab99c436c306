"""Every page on PostgreSQL, with the sample workspace loaded through the real import."""

import pytest
import streamlit as st

from core.actor import local_admin
from core.config import Config
from pages.components.navigation import page_files
from services.sample.load import load_sample
from store.db import open_store
from tests.pages.conftest import TODAY, OpenPage, headline_of


@pytest.mark.usefixtures("fixed_clock")
def test_every_page_opens_on_postgresql(postgresql_config: Config, open_page: OpenPage) -> None:
    store = open_store(postgresql_config)
    counts = load_sample(store, local_admin(), at=TODAY)
    assert counts["sprint_entry"] > 300
    try:
        for number, page in enumerate(page_files()):
            test = open_page(page.address, ("en", "zh")[number % 2])
            assert headline_of(test), page.address
    finally:
        store.engine.dispose()
        st.cache_resource.clear()
