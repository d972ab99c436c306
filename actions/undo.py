"""Undoing an import: its new rows go, its changed rows become what they were."""

from datetime import datetime

from access.permissions import Permission
from actions.base import acting, action
from actions.derive import derive
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import Text
from store.db import Session, Store
from store.snapshots import forget
from store.tables import Finding, SyncRun
from store.undo import built_upon, later_runs_on_the_same_rows, put_back, sources_of
from store.write import delete_rows


@action(Permission.IMPORT_DATA)
def undo_import(store: Store, actor: Actor, run_id: int, *, at: datetime | None = None) -> dict[str, int]:
    """Undo one import, whole, and derive the figures of every source it touched anew.

    Returns: `{"removed", "restored"}`, rows. Raises: Refused; NotFound; Invalid where a later import touched the same
    rows, or people have built upon what it brought.
    """
    with acting(store, actor, "undo_import", at=at) as work:
        run = work.session.get(SyncRun, run_id)
        if run is None or run.kind != "import":
            raise NotFound(
                Text("There is no import {run}.", run=str(run_id)),
                next=Text("`python fortnight.py status` lists them."),
            )
        work.require(project=None)
        if run.undone_at is not None:
            raise Invalid(Text("Import {run} is undone already.", run=str(run_id)))
        later = later_runs_on_the_same_rows(work.session, run_id)
        if later:
            raise Invalid(
                Text("A later import changed the same rows."),
                next=Text("Undo these first, newest first: {runs}.", runs=", ".join(map(str, reversed(later)))),
            )
        _refuse_what_hangs_on_it(work.session, run_id)
        touched = sources_of(work.session, run_id) | {run.source_id}
        counts = put_back(work.session, run_id)
        delete_rows(work.session, Finding, run_id=run_id)
        run.undone_at, run.state = work.at, "undone"
        work.session.add(run)
        for source_id in sorted(touched):  # a change log or measurements may belong to items and KPIs of another source
            derive(work.session, source_id, at=work.at)
            forget(work.session, source_id, frozen_at=run.started_at)
        work.audit(f"import {run_id} of {run.file_name}", None, counts)
        return counts


def _refuse_what_hangs_on_it(session: Session, run_id: int) -> None:
    """Raises: Invalid where rows of people or of later imports would point at nothing."""
    upon, runs = built_upon(session, run_id)
    if not upon:
        return
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(upon.items()))
    undo_first = Text("Undo these first, newest first: {runs}.", runs=", ".join(map(str, reversed(runs))))
    correct = Text("Import a corrected file instead: it corrects the facts and keeps what hangs on them.")
    raise Invalid(
        Text("Others have built upon what this import brought: {listed}.", listed=listed),
        next=undo_first if runs else correct,
    )
