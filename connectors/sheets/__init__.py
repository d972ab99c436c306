"""Spreadsheets and CSV files as a source: read in a child process, guessed, previewed cell by cell, parsed.

The names a source owes (`connectors.base`) are found here and live in `connectors.sheets.source`. They are looked up when
asked for (`guess` is the module `connectors.sheets.guess`): the child process that reads a file imports this package too, and must start fast.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sheets.settings import Settings
    from connectors.sheets.source import fetch, name, parse, preview

__all__ = ["Settings", "fetch", "name", "parse", "preview"]


def __getattr__(wanted: str) -> object:
    if wanted not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {wanted!r}")
    from importlib import import_module

    home = "settings" if wanted == "Settings" else "source"
    return getattr(import_module(f"{__name__}.{home}"), wanted)
