"""Whether stored rows were parsed as they would be now: the key of everything a record's rows depend on beside the record."""

import hashlib

from connectors.jira.context import Context
from connectors.jira.settings import Settings

PARSER = 1  # raised with every change of what the parser makes of the same record


def parse_key(settings: Settings, context: Context) -> str:
    """A hash of the parser, the settings and what of the small streams issues are read with."""
    depends = [
        PARSER, settings.sprint_field, settings.estimation_field, settings.acceptance_field, settings.epic_field,
        sorted(settings.type_mapping.items()), sorted(settings.status_mapping.items()), context.flavour,
        context.sprint_field(settings.sprint_field), context.epic_field(settings.epic_field),
        context.acceptance_field(settings.acceptance_field), context.point_fields(), sorted(context.types.items()),
        sorted((key, one[1]) for key, one in context.statuses.items()),
        sorted((key, one.kind, one.projects, one.estimation or "", one.columns) for key, one in context.boards.items()),
    ]  # fmt: skip
    return hashlib.sha256(repr(depends).encode()).hexdigest()[:16]
