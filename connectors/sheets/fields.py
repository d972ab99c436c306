"""The catalogue of sheet kinds and their fields: names, types, headers in both languages, synonyms.

The template, the guess, the preview and the sample workspace all read it; a new column is one line in the
`fields_*.py` of its kind.
"""

import re
import unicodedata

from connectors.sheets.field import FieldType, SheetField
from connectors.sheets.fields_backlog import BACKLOG
from connectors.sheets.fields_jira import JIRA_CSV
from connectors.sheets.fields_outcome import FEEDBACK, KPI, KPI_MEASUREMENT
from connectors.sheets.fields_sprint import CHANGE_LOG, DEMO
from core.i18n import N_

FIELDS: dict[str, tuple[SheetField, ...]] = {
    "backlog": BACKLOG,
    "change_log": CHANGE_LOG,
    "demo": DEMO,
    "kpi": KPI,
    "kpi_measurement": KPI_MEASUREMENT,
    "feedback": FEEDBACK,
    "jira_csv": JIRA_CSV,
}

KIND_NAMES = {
    "backlog": N_("Sprint backlog"),
    "change_log": N_("Change log"),
    "demo": N_("Demo outcomes"),
    "kpi": N_("KPI definitions"),
    "kpi_measurement": N_("KPI measurements"),
    "feedback": N_("Feedback"),
    "jira_csv": N_("Jira CSV export"),
}

# Jira's export has no template of ours: people get it from Jira itself.
TEMPLATE_KINDS = tuple(kind for kind in FIELDS if kind != "jira_csv")

_NOT_A_WORD = re.compile(r"[\W_]+")


def fields_of(kind: str) -> dict[str, SheetField]:
    """Field name -> field, in the template's order, for one kind."""
    return {field.name: field for field in FIELDS[kind]}


def normal(header: str) -> str:
    """A header without what people vary: full width, case, blanks, punctuation (`故事点 （估）` and `故事点(估)`)."""
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", header).casefold())


__all__ = ["FIELDS", "KIND_NAMES", "TEMPLATE_KINDS", "FieldType", "SheetField", "fields_of", "normal"]
