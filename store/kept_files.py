"""Files under the home folder, named by their hash: written whole or not at all, the same bytes once."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from core.config import Config
from core.errors import FortnightError
from core.i18n import Text

ARCHIVE, ATTACHMENTS = "archive", "attachments"  # the folders under the home


def keep_file(config: Config, folder: str, content: bytes) -> str:
    """Keep bytes. Args: folder, ARCHIVE or ATTACHMENTS. Returns: their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(config, folder, sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(mode=0o700, exist_ok=True)
    begun = path.with_suffix(".part")
    try:
        with begun.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        begun.chmod(0o600)
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
    return sha256


def kept_path(config: Config, folder: str, sha256: str) -> Path:
    """Where kept bytes lie. Raises: FortnightError where they are gone or are no longer what was kept."""
    path = _path(config, folder, sha256)
    try:
        found = path.stat()
        is_same = _hash(path, found.st_size, found.st_mtime_ns, found.st_ino) == sha256
    except OSError as error:
        raise FortnightError(
            Text("A kept file is missing."), where=Text("{path}:", path=str(path)), next=_from_backup()
        ) from error
    if not is_same:
        raise FortnightError(
            Text("A file was changed after it was kept."), where=Text("{path}:", path=str(path)), next=_from_backup()
        )
    return path


def drop_file(config: Config, folder: str, sha256: str) -> None:
    """Forget kept bytes; it does not matter whether they are there."""
    _path(config, folder, sha256).unlink(missing_ok=True)


@lru_cache(maxsize=256)
def _hash(path: Path, size: int, changed_at: int, number: int) -> str:
    """A file's hash, looked at anew whenever the file is another one: a video is asked for in many pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _path(config: Config, folder: str, sha256: str) -> Path:
    return config.folder(folder) / sha256[:2] / sha256


def _from_backup() -> Text:
    return Text("Take it from a backup of that folder.")
