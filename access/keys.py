"""Keys of the house: 32 random bytes each, in a file of its own below the home folder, made when first asked for."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.config import Config
from core.errors import FortnightError
from core.i18n import Text

BYTES = 32


def house_key(config: Config, name: str) -> bytes:
    """The key of that name. Args: name, `audit` or `masking`; its file is `keys/NAME.key`, readable by its owner alone.

    Raises: FortnightError where the file is not what was written.
    """
    path = config.folder("keys") / f"{name}.key"
    if not path.exists():
        _make(path)
    found = path.read_bytes()
    if len(found) != BYTES:
        raise FortnightError(
            Text("The key {path} is damaged.", path=str(path)), next=Text("Put the kept copy of the key in its place.")
        )
    return found


def _make(path: Path) -> None:
    """Write a new key whole, under its name only when it is there; where another process was first, its key counts."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(BYTES))
    with suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
