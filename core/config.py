"""Where everything is kept and how the program is reached: read once from the environment, every value has a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Config:
    """`home` holds database, keys, attachments, archive and backups; `database_url` is a SQLAlchemy URL; `public_url` is
    the address under which others reach the dashboard, without a slash at its end (None: nobody said)."""

    home: Path
    database_url: str
    public_url: str | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The database file; only meaningful where `is_sqlite`."""
        return Path(self.database_url.split("///", 1)[1])

    def folder(self, name: str) -> Path:
        """A folder under `home` (attachments, archive, backups, keys), made where missing, closed to other users."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """The configuration from FORTNIGHT_HOME (default `data/` beside the program) and FORTNIGHT_DATABASE_URL."""
    given = os.environ if environ is None else environ
    home = Path(given.get("FORTNIGHT_HOME") or ROOT / "data").expanduser().absolute()
    url = given.get("FORTNIGHT_DATABASE_URL") or f"sqlite:///{home / 'fortnight.db'}"
    public = (given.get("FORTNIGHT_PUBLIC_URL") or "").strip().rstrip("/") or None
    return Config(home=home, database_url=url, public_url=public)
