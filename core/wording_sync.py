"""The words behind what a sync could not read, or no longer sees: kept as findings until it is read again."""

from core.i18n import N_

SYNC_FINDING = {
    "record_skipped": N_("{label} could not be read whole: {why}"),
    "item_out_of_sight": N_(
        "{label} is no longer visible to the account, though it was not deleted: what is known of it may be out of date."
    ),
    "board_out_of_sight": N_(
        "Board {label} is no longer listed: it was deleted, or the account may not see it. Its sprints stay as last read."
    ),
}
