"""The words behind what a sync could not read, or no longer sees: kept as findings until it is read again."""

from core.i18n import N_

SYNC_FINDING = {
    "record_skipped": N_("{label} could not be read whole: {why}"),
    "item_out_of_sight": N_(
        "{label} is no longer visible to the account: {why} What is known of it may be out of date."
    ),
    "item_deleted_or_hidden": N_(
        "{label} was deleted, or is hidden from this account by a security level: Jira Cloud gives the same answer to both. "
        "It is left out of the figures. Open it in Jira as an administrator: if it is there, let this account see it; it "
        "comes back with the next daily check, or at once with sync --full."
    ),
    "board_out_of_sight": N_(
        "Board {label} is no longer listed: it was deleted, or the account may not see it. Its sprints stay as last read."
    ),
}
