"""`make bench`: prints every measurement with its target, as a ratio to a raw floor of the same run."""

import sys

from bench import gate, jira, ledger, pages, sheet

IMPORT_AT_MOST = 4.0
REQUEST_AT_MOST, RUN_AT_MOST = 1, 2  # ms
SCRIPT_AT_MOST_SECONDS = 0.100
DERIVE_AT_MOST_SECONDS, LEDGER_AT_MOST_SECONDS = 1.0, 0.050
GROWTH_AT_MOST = 1.3
SYNC_AT_MOST, SYNC_AT_MOST_FAR_AWAY = 4.0, 2.0
MEMORY_AT_MOST_MB, LATER_AT_MOST, LATER_REQUESTS_AT_MOST = 400, 0.03, 30


def main() -> int:
    parts = {"gate": _gate, "import": _import, "jira": _jira, "ledger": _ledger, "pages": _pages}
    chosen = [parts[name] for name in sys.argv[1:]] or list(parts.values())
    missed = sum(part() for part in chosen)
    print("\nevery target is met" if not missed else f"\n{missed} targets are missed")
    return 0


def _gate() -> int:
    floor, request, run = (seconds * 1000 for seconds in gate.measure())
    print("the gate, with a valid session")
    print(f"  floor (a request without the gate)                 {floor:7.3f} ms")
    print(
        f"  the gate adds to a request                         {request - floor:7.3f} ms, target under {REQUEST_AT_MOST} ms"
    )
    print(f"  looking up who is there adds to a script run       {run:7.3f} ms, target under {RUN_AT_MOST} ms\n")
    return int(request - floor > REQUEST_AT_MOST) + int(run > RUN_AT_MOST)


def _import() -> int:
    floor, whole = sheet.measure()
    ratio = whole.cpu / floor.cpu
    print(f"import of {sheet.ROWS:,} rows x {len(sheet.HEADERS)} columns, in CPU seconds")
    print(f"  floor (calamine reads, SQLite inserts bare rows)   {floor.cpu:7.2f} s ({floor.clock:.2f} s by the clock)")
    print(
        f"  import (checked, undoable, derived, audited)       {whole.cpu:7.2f} s ({whole.clock:.2f} s by the clock)"
        f"   {ratio:5.2f}x, target {IMPORT_AT_MOST}x"
    )
    return int(ratio > IMPORT_AT_MOST)


def _ledger() -> int:
    floor, whole, single = ledger.measure()
    print(f"\nderivation of {ledger.ITEMS:,} items with about ten changes each, in CPU seconds")
    print(f"  floor (sqlite3 reads the same rows, a bare loop)   {floor:7.2f} s")
    print(
        f"  derived (links, ledgers, totals, findings)         {whole:7.2f} s   {whole / floor:5.2f}x, target {DERIVE_AT_MOST_SECONDS} s"
    )
    print(
        f"  the ledger of a sprint of {ledger.BIG_SPRINT} items              {single * 1000:7.1f} ms, target {LEDGER_AT_MOST_SECONDS * 1000:.0f} ms"
    )
    return int(whole > DERIVE_AT_MOST_SECONDS) + int(single > LEDGER_AT_MOST_SECONDS)


def _jira() -> int:
    print(
        f"\nfirst sync of {jira.ISSUES:,} issues (floor: the same pages downloaded, parsed with orjson, bare rows in SQLite)"
    )
    missed = 0
    for one in jira.first_syncs():
        most = SYNC_AT_MOST_FAR_AWAY if one.latency_ms else SYNC_AT_MOST
        missed += one.ratio > most
        print(
            f"  {one.flavour:<12}{one.latency_ms:>4.0f} ms a request   floor {one.floor.seconds:6.2f} s ({one.floor.cpu:5.2f} s cpu)"
            f"   sync {one.sync.seconds:6.2f} s ({one.sync.cpu:5.2f} s cpu)   {one.ratio:5.2f}x, target {most}x"
        )
    small, large, later = jira.growth()
    growth = large["peak_mb"] / small["peak_mb"]
    share, cpu_share = later.seconds / large["seconds"], later.cpu / large["cpu"]
    print(
        f"  peak memory {small['peak_mb']:.0f} MB at {jira.ISSUES:,}, {large['peak_mb']:.0f} MB at {10 * jira.ISSUES:,} issues:"
        f" {growth:.2f}x, targets {GROWTH_AT_MOST}x and {MEMORY_AT_MOST_MB} MB"
    )
    print(
        f"  after {jira.EDITED} of {10 * jira.ISSUES:,} changed: {later.seconds:.1f} s ({later.cpu:.2f} s cpu), {share:.1%} of the"
        f" first sync by the clock and {cpu_share:.1%} of its cpu, target {LATER_AT_MOST:.0%}"
    )
    print(f"  requests of it: {later.requests}, target {LATER_REQUESTS_AT_MOST}")
    missed += growth > GROWTH_AT_MOST or large["peak_mb"] > MEMORY_AT_MOST_MB
    return missed + int(share > LATER_AT_MOST or later.requests > LATER_REQUESTS_AT_MOST)


def _pages() -> int:
    floor, small, large = pages.measure()
    print(f"\nwarm script run of each page, in CPU time (floor: a script of one line, {floor * 1000:.1f} ms)")
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
