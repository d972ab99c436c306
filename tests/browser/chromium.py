"""Finds a Chromium for the browser tests, or fetches one; `make test` runs this before pytest.

Order: FORTNIGHT_CHROMIUM, the system's browsers, one that Playwright fetched before; else the system's package manager
where we may use it; else Playwright's own download. Where nothing is allowed, one line says what to install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FIXED_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
WHAT_TO_INSTALL = (
    "The browser tests need a Chromium: install the package `chromium` (Debian), `chromium-browser` (Ubuntu) or Google Chrome,"
    " or set FORTNIGHT_CHROMIUM to its executable. `make check` runs everything else."
)


def find() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("FORTNIGHT_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for found in (*map(shutil.which, NAMES), *FIXED_PLACES):
        if found and Path(found).exists():
            return found
    fetched = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(fetched[-1]) if fetched else None


def fetch() -> None:
    """Try the package manager (as root, or with a sudo that does not ask), then Playwright's download."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        print("Fetching a Chromium with apt-get (once) ...", flush=True)
        _quiet([*sudo, "apt-get", "update", "-qq"])
        _quiet([*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"])
    if find() is None:
        print("Fetching a Chromium with Playwright (once) ...", flush=True)
        _quiet([sys.executable, "-m", "playwright", "install", "chromium"])


def _quiet(command: list[str]) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)


def main() -> int:
    if find() is None:
        fetch()
    found = find()
    if found is None:
        print(WHAT_TO_INSTALL, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
