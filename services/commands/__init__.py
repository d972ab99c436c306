"""The commands of the shell, one module a subject; `fortnight.py` is their door."""

import importlib
import pkgutil


def load() -> None:
    """Declare every command: import each module of this package."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
