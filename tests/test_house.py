"""The house's plan, for what import-linter cannot say: the two doors, the pages, and SQL's one room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))


def imported(path: Path) -> set[str]:
    """The top rooms (and two-part names) that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def rooms(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_the_web_door_reads_no_data_and_computes_nothing() -> None:
    assert rooms(imported(ROOT / "dashboard.py")).isdisjoint(
        {"pandas", "sqlalchemy", "sqlmodel", "metrics", "connectors"}
    )


def test_the_command_line_door_knows_no_streamlit_widgets_and_no_sql() -> None:
    names = imported(ROOT / "fortnight.py")
    assert rooms(names).isdisjoint({"pandas", "sqlalchemy", "sqlmodel", "pages", "plotly"})
    assert {name for name in names if name.startswith("streamlit")} <= {"streamlit.web.cli", "streamlit.web.cli.main"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_asks_the_components_for_its_data(page: Path) -> None:
    names = imported(page)
    assert rooms(names).isdisjoint({"store", "sqlalchemy", "sqlmodel", "connectors", "services"}), names


def test_there_are_pages() -> None:
    assert len(PAGES) >= 6


@pytest.mark.parametrize(
    "room", ["core", "metrics", "connectors", "access", "actions", "charts", "reports", "services", "pages"]
)
def test_sql_lives_in_the_store_alone(room: str) -> None:
    users = [path for path in (ROOT / room).rglob("*.py") if rooms(imported(path)) & {"sqlalchemy", "sqlmodel"}]
    assert users == []
