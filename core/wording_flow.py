"""The words behind findings of flow and forecast."""

from core.i18n import N_

FLOW_FINDING = {
    "membership_of_today": N_(
        "When items came to this team is not recorded on its sheets: what is left on a past day is counted over the items "
        "that are the team's today."
    ),
}
