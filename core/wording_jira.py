"""The words behind what the records of a Jira tell that cannot be fully trusted."""

from core.i18n import N_

JIRA_FINDING = {
    "board_configuration_unread": N_(
        "The configuration of board {label} cannot be read: its estimates and its last column follow what is usual."
    ),
    "estimates_in_time": N_("Board {label} estimates in time: its items have effort and no points."),
    "estimation_field_gone": N_("Board {label} estimates by {field}, which does not exist or is not visible."),
    "status_gone": N_(
        "The status {label} stands in histories and no longer exists: whether it counted as done cannot be known."
    ),
}
