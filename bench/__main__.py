"""`make bench`: prints every measurement with its target, as a ratio to a raw floor of the same run."""

import sys

from bench import pages, sheet

IMPORT_AT_MOST = 4.0
SCRIPT_AT_MOST_SECONDS = 0.100
GROWTH_AT_MOST = 1.3


def main() -> int:
    missed = _import() + _pages()
    print("\nevery target is met" if not missed else f"\n{missed} targets are missed")
    return 0


def _import() -> int:
    floor, seconds = sheet.measure()
    ratio = seconds / floor
    print(f"import of {sheet.ROWS:,} rows x {len(sheet.HEADERS)} columns")
    print(f"  floor (calamine reads, SQLite inserts bare rows)   {floor:7.2f} s")
    print(
        f"  import (checked, undoable, derived, audited)       {seconds:7.2f} s   {ratio:5.2f}x, target {IMPORT_AT_MOST}x"
    )
    return int(ratio > IMPORT_AT_MOST)


def _pages() -> int:
    floor, small, large = pages.measure()
    print(f"\nwarm script run of each page (floor: a script of one line, {floor * 1000:.1f} ms)")
    print(f"  {'page':<14}{'10,000 items':>14}{'x floor':>9}{'100,000 items':>15}{'growth':>8}")
    missed = 0
    for page, seconds in small.items():
        growth = large[page] / seconds
        is_missed = seconds > SCRIPT_AT_MOST_SECONDS or growth > GROWTH_AT_MOST
        missed += is_missed
        mark = "  missed" if is_missed else ""
        print(
            f"  {page:<14}{seconds * 1000:>11.1f} ms{seconds / floor:>9.1f}{large[page] * 1000:>12.1f} ms{growth:>8.2f}{mark}"
        )
    print(f"  targets: under {SCRIPT_AT_MOST_SECONDS * 1000:.0f} ms, growth at most {GROWTH_AT_MOST}x")
    return missed


if __name__ == "__main__":
    sys.exit(main())
