"""The words behind findings of data quality: what it is, and what it means for the figures."""

from core.i18n import N_

QUALITY_FINDING = {
    "item_unestimated": N_("{label} is in a sprint without an estimate: it counts 0 points."),
    "done_without_resolution": N_("{label} is done but has no resolution, though others of this source have one."),
    "done_before_created": N_("{label} was done before it was created."),
    "created_in_future": N_("{label} was created in the future."),
    "parent_missing": N_("{label} belongs to {parent}, which never came in."),
    "duplicate_key": N_("{label} stands for {n} work items: records by key cannot find the right one."),
    "status_missing": N_("{label} has no status: it does not count as done."),
    "sprint_overdue": N_("{label} is past its planned end and still open."),
    "sprint_empty": N_("{label} holds no work items."),
    "change_before_creation": N_("{label} has a change of its {field} from before it was created."),
    "kpi_without_baseline": N_("{label} has no baseline: its progress cannot be known."),
    "kpi_without_target": N_("{label} has no target: its progress cannot be known."),
    "kpi_without_measurement": N_("{label} was never measured."),
    "measurement_in_future": N_("{label} has a measurement dated in the future."),
    "feedback_in_future": N_("Feedback {label} is dated in the future."),
    "feedback_confirmed_unanswered": N_("Feedback {label} was confirmed without any answer on record."),
}
