"""What the store holds, how fresh it is, and what was found in its data."""

from datetime import datetime
from typing import Any

from core.actor import EVERYTHING
from core.reader import Reader
from core.rows import rows_of
from reports.figures.feedback import response_findings
from reports.figures.house import finding_entry, told
from reports.figures.plain import jsonable
from store import frames
from store.migrate import revisions


def status_figures(session: frames.Reading, reader: Reader, *, as_of: datetime) -> dict[str, Any]:
    """`{"counts": {table: rows}, "fresh_since", "schema", "findings": [...]}` for `status --json`.

    Each finding says the source it was found in; null where it is of no single one (response times, R29).
    """
    sources = frames.sources(session)
    names = dict(zip(sources["source_id"], sources["name"], strict=True))
    kept = [
        {"source": names.get(row["source_id"]), **finding_entry(row, reader)}
        for row in rows_of(frames.findings(session))
    ]
    times = response_findings(session, EVERYTHING, as_of=as_of)
    return {
        "counts": frames.row_counts(session),
        "fresh_since": jsonable(frames.fresh_since(session)),
        "schema": revisions()[-1],
        "findings": [*kept, *({"source": None, **finding_entry(told(one), reader)} for one in times)],
    }
