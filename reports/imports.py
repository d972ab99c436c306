"""What an import did, as JSON and as lines for the shell."""

from typing import Any

from connectors.sheets.fields import KIND_NAMES
from connectors.sheets.problem import Problems
from core.plain import plain_text
from core.reader import Reader

MOST_NAMED = 10  # columns in one line
MOST_LISTED = 50  # lines in a terminal; --json lists every problem


def import_payload(outcome: Any, reader: Reader) -> dict[str, Any]:
    """The outcome of `actions.import_sheet.import_sheet` as `import --json` prints it."""
    return {
        "file": outcome.file_name,
        "source": outcome.source,
        "dry_run": outcome.is_dry_run,
        "refused": outcome.is_refused,
        "unchanged": outcome.is_unchanged,
        "skipped_sheets": list(outcome.skipped),
        "sheets": [
            {
                "sheet": one.name,
                "kind": one.kind,
                "run": None if outcome.is_dry_run else one.run_id,
                "rows_read": one.row_count,
                "mapping": {field: [one.headers[column] for column in columns] for field, columns in one.mapping.items()},
                "columns_left_out": _unread(one),
                "rows": {name: dict(count) for name, count in one.row_counts.items()},
                "problems": [
                    {
                        "sheet": problem.sheet, "cell": problem.cell, "severity": problem.severity,
                        "found": problem.found, "accepted": reader.say(problem.accepted), "code": problem.code,
                    }
                    for problem in one.problems
                ],
            }
            for one in outcome.sheets
        ],
    }  # fmt: skip


def import_lines(outcome: Any, reader: Reader) -> list[str]:
    """The outcome in words, one thing a line."""
    lines = []
    for one in outcome.sheets:
        shown = [problem for problem in one.problems if not outcome.is_refused or problem.severity == "error"]
        lines += [reader.say(problem.text()) for problem in shown[:MOST_LISTED]]
        if len(shown) > MOST_LISTED:
            lines.append(reader.t("... and {n} more; --json lists them all.", n=len(shown) - MOST_LISTED))
    if outcome.is_refused:
        return lines
    for one in outcome.sheets:
        lines.append(
            reader.t(
                "{sheet}: read {n} rows as {kind}.",
                sheet=one.name,
                n=one.row_count,
                kind=reader.t(KIND_NAMES[one.kind]),
            )
        )
        unread = _unread(one)
        if unread:
            more = reader.t(" and {n} more", n=len(unread) - MOST_NAMED) if len(unread) > MOST_NAMED else ""
            names = ", ".join(unread[:MOST_NAMED])
            lines.append(reader.t("  columns without a meaning, left out: {columns}", columns=names + more))
        lines += [
            reader.t("  {table}: {added} added, {changed} changed, {unchanged} unchanged", table=name, **count)
            for name, count in one.row_counts.items()
        ]
    for name in outcome.skipped:
        lines.append(reader.t("{sheet}: left out, no kind of sheet that Fortnight knows.", sheet=name))
    if outcome.is_dry_run:
        lines.append(reader.t("Nothing was written: this was a dry run."))
    elif outcome.is_unchanged:
        lines.append(reader.t("Nothing changed: every row was there already."))
    else:
        runs = sorted((one.run_id for one in outcome.sheets), reverse=True)
        commands = " && ".join(f"python fortnight.py undo {run}" for run in runs)
        lines.append(
            reader.t(
                "Imported into source {source}; undo it, newest run first, with: {commands}",
                source=outcome.source,
                commands=commands,
            )
        )
    return lines


def _unread(one: Any) -> list[str]:
    """The headers of columns that mean no field: what stands under them came in nowhere."""
    read = {column for columns in one.mapping.values() for column in columns}
    return [plain_text(header) for at, header in enumerate(one.headers) if header and at not in read]


def refusal(outcome: Any) -> Problems:
    """The one sentence of an import that was refused: how many cells, the first of them, and what to do."""
    return Problems(tuple(problem for one in outcome.sheets for problem in one.errors))
