"""The words behind codes: buckets, outcomes, reasons, findings, kinds. Metrics and tables keep codes; people read these."""

from core.i18n import N_

BUCKET = {"committed": N_("committed"), "added": N_("added"), "carried": N_("carried")}
OUTCOME = {
    "completed": N_("completed"),
    "not_completed": N_("not completed"),
    "removed": N_("removed"),
    "completed_outside": N_("completed outside"),
}
