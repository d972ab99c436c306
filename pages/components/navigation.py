"""Which pages there are: the files `pages/N_name.py`, read without running them.

A page says who it is by constants at its top: `TITLE = N_("Demo outcomes")`, `ICON = ":material/slideshow:"`,
`PERMISSION = "read_sprints"`. Its place is its number, its address its name.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent
NAME = re.compile(r"(\d+)_([a-z][a-z0-9_]*)\.py")
REQUIRED = ("TITLE", "ICON", "PERMISSION")


@dataclass(frozen=True)
class PageFile:
    """One page: its file, place, address, title (a message id), material icon and the permission it asks."""

    path: Path
    order: int
    address: str
    title: str
    icon: str
    permission: str


def page_files(folder: Path = PAGES) -> list[PageFile]:
    """Every page of the folder in order.

    Raises: ValueError naming the file whose constants are missing or not plain strings.
    """
    found = [_read(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.py")) if NAME.fullmatch(path.name)]
    return sorted(found, key=lambda page: (page.order, page.address))


def visible(pages: list[PageFile], may: Callable[[str], bool]) -> list[PageFile]:
    """The pages whose permission the reader has; a page that is not listed does not run."""
    return [page for page in pages if may(page.permission)]


@cache
def _read(path: Path, _changed_at: int) -> PageFile:
    matched = NAME.fullmatch(path.name)
    constants = _constants(path)
    missing = [name for name in REQUIRED if name not in constants]
    if matched is None or missing:
        raise ValueError(f"{path} must set {', '.join(missing)} to a plain string at its top")
    return PageFile(
        path=path,
        order=int(matched[1]),
        address=matched[2],
        title=constants["TITLE"],
        icon=constants["ICON"],
        permission=constants["PERMISSION"],
    )


def _constants(path: Path) -> dict[str, str]:
    """The module's top-level string assignments, `N_("...")` unwrapped."""
    found: dict[str, str] = {}
    for node in ast.parse(path.read_text("utf-8"), str(path)).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value
            if (
                isinstance(value, ast.Call)
                and isinstance(value.func, ast.Name)
                and value.func.id == "N_"
                and value.args
            ):
                value = value.args[0]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[node.targets[0].id] = value.value
    return found
