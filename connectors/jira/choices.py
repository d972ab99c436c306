"""Which of a server's fields could hold what a source reads: the list from which a person corrects a guess."""

from collections.abc import Iterable, Mapping

from connectors.jira.context import EPIC_LINK_SCHEMA, SPRINT_SCHEMA, TIME_FIELDS, Context, FieldInfo

Choices = Mapping[str, tuple[tuple[str, str], ...]]  # setting -> (id, name) of each field


def field_choices(context: Context) -> Choices:
    """For each setting that names a field, the fields it may name: first what would be found without it, then by name.

    Names are not unique, so each comes with its id. Estimates: every number, and the times that boards may estimate by.
    Sprints and epics: by their type, which no renaming changes; where there is none, by whatever custom field may hold
    them. Acceptance criteria: every custom text.
    """
    fields = list(context.fields.values())
    custom = [one for one in fields if one.schema]
    return {
        "estimation_field": _listed(
            context.point_fields(), [one for one in fields if one.is_number or one.id in TIME_FIELDS]
        ),
        "sprint_field": _listed(
            [context.sprint_field(None)], _of_schema(custom, SPRINT_SCHEMA, ("array", "any", "json"))
        ),
        "acceptance_field": _listed(
            [context.acceptance_field(None)], [one for one in custom if one.kind in ("string", "doc")]
        ),
        "epic_field": _listed([context.epic_field(None)], _of_schema(custom, EPIC_LINK_SCHEMA, ("any", "issuelink"))),
    }


def _of_schema(fields: list[FieldInfo], schema: str, kinds: tuple[str, ...]) -> list[FieldInfo]:
    return [one for one in fields if one.schema == schema] or [one for one in fields if one.kind in kinds]


def _listed(likely: Iterable[str | None], fields: list[FieldInfo]) -> tuple[tuple[str, str], ...]:
    names = {one.id: one.name for one in sorted(fields, key=lambda one: (one.name.casefold(), one.id))}
    first = [one for one in likely if one in names]
    return tuple((one, names[one]) for one in dict.fromkeys([*first, *names]) if one is not None)
