"""One sheet's import at work: what it writes is counted and remembered for an undo, whichever table it goes to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.rows import Records
from store import facts, lookup
from store import tables as t
from store.db import Session
from store.undo import remember
from store.write import Row, Written, insert_rows, upsert, upsert_columns

Counts = dict[str, dict[str, int]]
ALWAYS: frozenset[str] = frozenset()


@dataclass
class Import:
    """One sheet's import at work: into which source, in which run, by whom, when; and what it wrote so far."""

    session: Session
    source_id: int
    run_id: int
    actor: str
    at: datetime
    sprint_ends: Mapping[tuple[int, str], datetime | None] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    touched: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    touched_items: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    has_new_log: set[int] = field(default_factory=set)  # sources whose recorded changes are others than before
    first: facts.FirstFacts | None = None  # what this wrote of items, where the source had none

    def write(
        self, model: type[t.Base], rows: list[Row], *, keep: frozenset[str] = ALWAYS, unsaid: frozenset[str] = ALWAYS
    ) -> Written:
        """Upsert rows, count them and remember what changed."""
        return self.note(model, upsert(self.session, model, rows, keep=keep, unsaid=unsaid))

    def write_columns(
        self, model: type[t.Base], columns: Mapping[str, Sequence[Any]], *, unsaid: frozenset[str] = ALWAYS
    ) -> Written:
        """The same for rows given by column."""
        return self.note(model, upsert_columns(self.session, model, columns, unsaid=unsaid))

    def rows(self, records: Records[Any], **more: Any) -> list[Row]:
        """Records as rows of this import's source."""
        return [{"source_id": self.source_id, **row, **more} for row in records.rows]

    def note(self, model: type[t.Base], written: Written) -> Written:
        """Count what was written and remember it for an undo."""
        remember(self.session, self.run_id, model, written)
        counts = self.counts.setdefault(str(model.__tablename__), Counter())
        for name, n in written.counts.items():
            counts[name] = counts.get(name, 0) + n
        return written

    def append(self, model: type[t.Base], same: Iterable[str], rows: list[Row], of: tuple[str, ...]) -> None:
        """Append facts to an append-only table; a fact that is the last imported one of its subject is not repeated.

        Args: of, the columns that say what a fact is about; same, those in which it must differ to be news.
        """
        latest = lookup.latest_imported(self.session, model, of)
        names = tuple(same)
        fresh: list[Row] = []
        for row in rows:
            before = latest.get(tuple(row[name] for name in of))
            if before is None or any(before[name] != row[name] for name in names):
                fresh.append({**row, "run_id": self.run_id})
                latest[tuple(row[name] for name in of)] = row
        first = lookup.next_id(self.session, model)
        for number, row in enumerate(fresh, start=first):
            row["id"] = number
        insert_rows(self.session, model, fresh)
        lookup.follow_sequence(self.session, model)
        self.note(model, Written([(row["id"],) for row in fresh], [], len(rows) - len(fresh)))


def unsaid(records: Records[Any]) -> frozenset[str]:
    """Columns that the sheet does not speak of: what another file said of them stays."""
    return records.names - records.known if records.known else ALWAYS
