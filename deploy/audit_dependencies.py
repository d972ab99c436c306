"""`make audit`: asks the package index which pinned packages have known weaknesses, and names those it could not check.

Exit codes: 0 no known weakness, 1 some, 2 nothing could be checked (then nothing is known).
"""

import argparse
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([A-Za-z0-9.!+_-]+)")
SECONDS = 20


@dataclass(frozen=True)
class Checked:
    """One pinned package: its known weaknesses, or why it could not be checked."""

    name: str
    version: str
    weaknesses: tuple[str, ...] = ()
    unchecked: str | None = None


def pinned(paths: list[Path]) -> list[tuple[str, str]]:
    """(name, version) of every pin of these files, by name."""
    found = {
        match.groups() for path in paths for line in path.read_text("utf-8").splitlines() if (match := PIN.match(line))
    }
    return sorted((name, version) for name, version in found)


def check(index: str, name: str, version: str) -> Checked:
    """What the index knows of one package; a withdrawn advisory is none."""
    try:
        answer = requests.get(f"{index.rstrip('/')}/pypi/{name}/{version}/json", timeout=SECONDS)
        answer.raise_for_status()
        known = answer.json()["vulnerabilities"]
    except (requests.RequestException, ValueError, KeyError) as error:
        return Checked(name, version, unchecked=_reason(error))
    return Checked(name, version, tuple(_told(one) for one in known if not one.get("withdrawn")))


def main() -> int:
    """Check every pin and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--index", default="https://pypi.org")
    options.add_argument(
        "files", nargs="*", type=Path, default=[ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    )
    given = options.parse_args()
    pins = pinned(given.files)
    with ThreadPoolExecutor(8) as pool:
        checked = list(pool.map(lambda pin: check(given.index, *pin), pins))
    weak = [one for one in checked if one.weaknesses]
    unchecked = [one for one in checked if one.unchecked]
    for one in weak:
        for told in one.weaknesses:
            print(f"WEAK  {one.name} {one.version}: {told}")
    for one in unchecked:
        print(f"NOT CHECKED  {one.name} {one.version}: {one.unchecked}")
    print(f"{len(checked)} packages: {len(weak)} with known weaknesses, {len(unchecked)} could not be checked.")
    return 1 if weak else 2 if len(unchecked) == len(checked) else 0


def _told(weakness: dict[str, Any]) -> str:
    names = ", ".join([weakness["id"], *weakness.get("aliases", [])])
    fixed = ", ".join(weakness.get("fixed_in", [])) or "no release yet"
    return f"{names}; fixed in {fixed}"


def _reason(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the index answered {error.response.status_code}"
    return (
        "the index does not say" if isinstance(error, KeyError | ValueError) else f"no answer ({type(error).__name__})"
    )


if __name__ == "__main__":
    sys.exit(main())
