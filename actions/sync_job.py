"""A sync at work: each batch of raw records becomes rows, in one transaction with the cursor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actions.sync_key import parse_key
from actions.sync_quarantine import (
    SYNC_CODES,
    Findings,
    Subject,
    each_once,
    finding_of,
    no_longer_listed,
    subject_of,
    told_skipped,
    unreadable,
)
from actions.sync_rows import Seen, mark_sprints_gone, write_batch
from actions.sync_state import CancelWatch, Progress, Standing, note_run, told_counts
from connectors.jira import Settings, parse
from connectors.jira.batch import Batch, Raw, Skipped
from connectors.jira.context import Context, board_of_sprint, context_of
from connectors.jira.failures import Cancelled
from connectors.jira.known import Known
from connectors.records import Parsed
from core.clock import now
from store.bulk import UNSTORABLE
from store.db import Session, Store
from store.raw_records import RawRow, count_raw, digest, every_raw, forget_raw, keep_raw, known_digests
from store.write import Row

CONTEXT_STREAMS = ("server", "field", "status", "issue_type", "project", "board", "sprint")
LISTED = frozenset({"board", "sprint"})  # streams that are read board by board
CENSUS_EVERY = timedelta(days=1)
LISTS_EVERY = timedelta(days=1)  # a sprint closed long ago may have been renamed, a board configured otherwise
TABLES = {  # stream -> the table whose row a record is
    "project": "project", "board": "board", "sprint": "sprint", "status": "status", "issue": "work_item",
}  # fmt: skip
OnProgress = Callable[[dict[str, Any]], None]


@dataclass
class Job:
    """One run: what it reads for, and what it has met so far.

    Args: is_quiet, nothing of its progress is written into the run; small, the raw records of the small streams by
    (stream, id), from which `context` is made; is_distrusted, that stored rows were parsed otherwise than now: equal raw
    records are parsed again; lists_read, what the cursor will say of the lists that this run read whole; skipped, what could not be read; vanished, issues that were asked for by name
    and are not there, with the server's answer; told_deleted, ids of issues that Jira said were deleted; findings, what this run and earlier ones could not read.
    """

    store: Store
    source_id: int
    run_id: int
    settings: Settings
    at: datetime
    standing: Standing
    on_progress: OnProgress | None = None
    is_quiet: bool = False
    seen: Seen = field(default_factory=Seen)
    small: dict[tuple[str, str], Raw] = field(default_factory=dict)
    is_distrusted: bool = False
    is_settled: bool = False
    lists_read: dict[str, Any] | None = None
    skipped: list[Skipped] = field(default_factory=list)
    vanished: dict[str, str] = field(default_factory=dict)
    told_deleted: frozenset[str] = frozenset()
    findings: Findings = field(default_factory=Findings)
    progress: Progress = field(init=False)
    is_cancelled: CancelWatch = field(init=False)
    _context: Context | None = None

    def __post_init__(self) -> None:
        self.progress = Progress(self.run_id)
        self.is_cancelled = CancelWatch(self.store, self.run_id)
        self.seen.touch(self.standing.touched)
        self.seen.touch_items(self.standing.touched_items)
        if self.standing.is_all_touched:
            self.seen.touch_all()
        with self.store.reading() as session:
            self.findings = Findings.of(session, self.source_id)
            for stream in CONTEXT_STREAMS:
                for kept in every_raw(session, self.source_id, stream):
                    self.small[stream, kept.external_id] = Raw(stream, kept.external_id, kept.payload)

    # ------------------------------------------------------------ a batch

    def take(self, batch: Batch) -> None:
        """Keep a batch: what is new or changed of it becomes rows, together with the cursor. Raises: Cancelled."""
        if self.is_cancelled():
            raise Cancelled
        if batch.stream == "issue":
            self.settle()
        records = list(
            {(one.stream, one.external_id): one for one in batch.records if one.stream != "deleted"}.values()
        )
        self.vanished.update(
            (one.external_id, one.read()["answer"]) for one in batch.records if one.stream == "deleted"
        )
        digests = [digest(one.payload) for one in records]
        fresh = self._fresh(records, digests, {(one.stream, one.external_id) for one in batch.skipped})
        gone = self._learn(batch, records, [records[index] for index in fresh])
        read = {subject_of(one.stream, one.external_id) for one in records}
        mended = self.findings.stale(read, codes=SYNC_CODES)
        if gone:
            self._forget(batch.stream, gone)
        if fresh or batch.skipped or batch.cursor is not None or mended:
            changed = [records[index] for index in fresh]
            self._write(batch, changed, [digests[index] for index in fresh], len(records) - len(fresh), read)
        else:
            self._count_unchanged(self.seen, batch.stream, len(records))
        self.tell(batch.stream, batch.done, batch.total)

    def _fresh(self, records: Sequence[Raw], digests: Sequence[str], incomplete: set[tuple[str, str]]) -> list[int]:
        """The places of those records that are not kept as they are. One that came incomplete does not replace a whole one."""
        known: dict[tuple[str, str], str] = {}
        with self.store.reading() as session:
            for stream in {one.stream for one in records}:
                ids = [one.external_id for one in records if one.stream == stream]
                for external_id, sha256 in known_digests(session, self.source_id, stream, ids).items():
                    known[stream, external_id] = sha256
        found = []
        for index, one in enumerate(records):
            subject = (one.stream, one.external_id)
            is_worse = subject in incomplete and subject in known and not self.findings.is_skipped(subject_of(*subject))
            if not is_worse and (self.is_distrusted or known.get(subject) != digests[index]):
                found.append(index)
        return found

    def _learn(self, batch: Batch, records: Sequence[Raw], fresh: Sequence[Raw]) -> dict[str, Raw]:
        """Take the records of a small stream as what issues are read with. Returns: those that are listed no longer."""
        if batch.stream not in CONTEXT_STREAMS:
            return {}
        if batch.stream == "sprint":
            self.seen.listed.update(one.external_id for one in records)
        listed = {one.external_id for one in records}
        gone = {key[1]: one for key, one in self.small.items() if key[0] == batch.stream and key[1] not in listed}
        if any(one.stream in ("board", "sprint") for one in (*self.skipped, *batch.skipped)) and batch.stream in LISTED:
            gone = {}  # not every board could be asked: what is not listed may well be there
        for one in fresh:
            self.small[one.stream, one.external_id] = one
        for external_id in gone:
            del self.small[batch.stream, external_id]
        if fresh or gone:
            self._context = None
        return gone

    def _forget(self, stream: str, gone: Mapping[str, Raw]) -> None:
        """What the source lists no longer: a sprint was deleted if its board is still there, else both stay as last read."""
        step = self.seen.step()
        told: list[Row] = []
        with self.store.writing() as session:
            if stream == "board":
                told = [no_longer_listed(key, one) for key, one in gone.items()]
            elif stream == "sprint":
                boards = {key[1] for key in self.small if key[0] == "board"}
                ended = {key for key, one in gone.items() if (board_of_sprint(one.read()) or "") in boards}
                mark_sprints_gone(session, self.source_id, ended, step)
            forget_raw(session, self.source_id, stream, gone)
            findings = self.findings.write(session, self.source_id, self.run_id, self.at, told, set())
            merged = self.seen.with_step(step)
            self.standing.keep(session, self.source_id, merged)
        self.seen, self.findings = merged, findings

    def _write(self, batch: Batch, records: list[Raw], digests: list[str], unchanged: int, read: set[Subject]) -> None:
        parsed, failed = self.parsed(records)
        try:
            self._commit(batch, parsed, records, digests, [*batch.skipped, *failed], unchanged, read)
        except UNSTORABLE:
            for one, sha256 in zip(records, digests, strict=True):
                self._write_alone(batch.stream, one, sha256)
            # The cursor moves, and what was skipped is noted, once every record has had its own transaction.
            self._commit(batch, Parsed("jira", ""), [], [], batch.skipped, unchanged, set())

    def _write_alone(self, stream: str, record: Raw, sha256: str) -> None:
        """One record in a transaction of its own: the database refused a value in its batch."""
        alone = Batch(stream, [record])
        parsed, failed = self.parsed([record])
        try:
            self._commit(alone, parsed, [record], [sha256], failed, 0, set())
        except UNSTORABLE as error:
            self._commit(alone, Parsed("jira", ""), [record], [sha256], [unreadable(record, error)], 0, set())

    def _commit(
        self,
        batch: Batch,
        parsed: Parsed,
        records: Sequence[Raw],
        digests: Sequence[str],
        skipped: Sequence[Skipped],
        unchanged: int,
        read: set[Subject],
    ) -> None:
        step = self.seen.step()
        self._count_unchanged(step, batch.stream, unchanged)
        with self.store.writing() as session:
            write_batch(session, self.source_id, batch.stream, parsed, step)
            rows = [RawRow(one.stream, one.external_id, one.payload) for one in records]
            keep_raw(session, self.source_id, self.run_id, self.at, rows, digests)
            findings = self._tell_findings(session, parsed, skipped, records, read)
            every = each_once((*self.skipped, *skipped))
            if len(every) > len(self.skipped):
                note_run(session, self.run_id, skipped=[told_skipped(one) for one in every])
            merged = self.seen.with_step(step)
            if batch.cursor is not None:
                self.standing.fetch = batch.cursor
            self.standing.keep(session, self.source_id, merged)
        self.seen, self.findings = merged, findings
        self.skipped = every

    def _tell_findings(
        self, session: Session, parsed: Parsed, skipped: Sequence[Skipped], records: Sequence[Raw], read: set[Subject]
    ) -> Findings:
        stale = self.findings.stale(read, codes=SYNC_CODES)
        stale |= self.findings.stale({subject_of(one.stream, one.external_id) for one in records})
        told = [*map(dict, parsed.findings.rows), *map(finding_of, skipped)]
        return self.findings.write(session, self.source_id, self.run_id, self.at, told, stale)

    @staticmethod
    def _count_unchanged(seen: Seen, stream: str, unchanged: int) -> None:
        if unchanged and stream in TABLES:
            seen.count(TABLES[stream], {"unchanged": unchanged})

    # ------------------------------------------------------------ parsing

    @property
    def has_context(self) -> bool:
        """Whether the small streams were ever read."""
        return any(key[0] == "field" for key in self.small)

    @property
    def context(self) -> Context:
        """What issues are read with: made anew whenever one of the small streams' records has changed."""
        if self._context is None:
            self._context = context_of(self.small.values())
        return self._context

    def parse_key(self) -> str:
        """What a record's rows depend on beside the record."""
        return parse_key(self.settings, self.context)

    def settle(self) -> None:
        """Once the small streams are in: whether what is stored was parsed as it would be now."""
        if self.is_settled:
            return
        self.is_settled, key = True, self.parse_key()
        if self.standing.parsed_with == key:
            return
        with self.store.reading() as session:
            self.is_distrusted = count_raw(session, self.source_id, "issue") > 0
        if not self.is_distrusted:
            self.standing.parsed_with = key

    def parsed(self, records: Sequence[Raw]) -> tuple[Parsed, list[Skipped]]:
        """Parse records; one that cannot be parsed is set aside and the rest go on."""
        try:
            return parse(records, self.settings, self.context), []
        except Exception as error:
            if len(records) == 1:
                return Parsed("jira", ""), [unreadable(records[0], error)]
        good: list[Raw] = []
        failed: list[Skipped] = []
        for one in records:
            found = self.parsed([one])[1]
            failed += found
            good += [] if found else [one]
        if not failed:  # each alone is sound and all together are not: a defect of ours that must not pass silently
            raise RuntimeError(f"{len(records)} records can be parsed one by one but not together")
        return parse(good, self.settings, self.context), failed

    # ------------------------------------------------------------ telling

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """Say how far the run is, at most once a second."""
        if not self.progress.is_due():
            return
        told = self.progress.of(stage, done, total, now())
        if not self.is_quiet:
            with self.store.writing() as session:
                note_run(session, self.run_id, progress=told, row_counts=told_counts(self.seen.counts))
        if self.on_progress is not None:
            self.on_progress(told)

    # ------------------------------------------------------------ the end

    def settled(self, session: Session) -> None:
        """Whatever was touched was derived, in this session: nothing is left to do for the next run."""
        self.seen.settle()
        self.standing.lists = self.lists_read or self.standing.lists
        self.seen.is_all_touched = False
        self.standing.keep(session, self.source_id, self.seen)

    def known(self, *, full: bool) -> Known | None:
        """What of the lists of boards and sprints need not be read again; None where all is read, once a day at least.

        A run that reads all notes so in the cursor that its end writes.
        """
        read_for = [sorted(self.settings.projects), sorted(self.settings.boards)]
        lists = self.standing.lists
        if not full and lists.get("for") == read_for and self.at - datetime.fromisoformat(lists["at"]) < LISTS_EVERY:
            return Known(dict(self.small))
        self.lists_read = {"for": read_for, "at": self.at.isoformat()}
        return None

    def is_census_due(self) -> bool:
        """Whether deleted issues were not looked for within a day."""
        last = self.standing.census_at
        return last is None or self.at - datetime.fromisoformat(last) >= CENSUS_EVERY
