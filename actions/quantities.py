"""A KPI's value as people give it, in the KPI's canonical unit, or refused with what would be accepted (R27)."""

from core.errors import Invalid
from core.i18n import N_, Text
from core.units import Quantity, check_series, direction_of, parse_quantity, parse_unit
from core.wording_kpi import BELOW_ZERO, CONTRADICTS
from store.tables import Kpi

Given = str | float


def unit_of(unit: str) -> tuple[str, str]:
    """Dimension and written unit of a KPI's unit; an empty one is a bare number. Raises: Invalid."""
    return parse_unit(unit) if unit.strip() else ("number", "")


def canonical_value(kpi: Kpi, given: Given, field: str) -> float:
    """The value in the KPI's canonical unit.

    Args: given, as people write it, a bare number being in the KPI's unit; field, its label as a marked message.
    Raises: Invalid for what is no quantity, another dimension or unit, a bare 0.85 under a percentage, a negative
    value of what cannot be negative.
    """
    found = parse_quantity(given, default_unit=kpi.unit or None)
    where = Text("At {cell}.", cell=Text(field))
    if found.dimension == "ratio" and found.is_bare and 0 < abs(parse_quantity(given).value) <= 1:
        raise Invalid(
            Text("“{found}” may be a share of 1 or a percentage.", found=found.raw),
            where=where,
            next=Text("Write it with its sign, for example 85%."),
        )
    unit = Quantity(kpi.dimension, 1.0, kpi.unit, f"1 {kpi.unit}".strip())
    check_series([(Text(N_("the KPI's unit")), unit), (Text(field), found)], dimension=kpi.dimension)
    if found.value < 0 and not kpi.can_be_negative:
        raise Invalid(Text(BELOW_ZERO, found=found.raw), where=where)
    return found.value


def refuse_contradiction(direction: str | None, baseline: float | None, target: float | None) -> None:
    """Refuse a direction that baseline and target contradict; where they are equal, either is allowed (R23: n/a). Raises: Invalid."""
    leads = direction_of(baseline, target)
    if leads is not None and direction is not None and direction != leads:
        raise Invalid(
            Text("Direction, baseline and target contradict each other."),
            why=Text(CONTRADICTS[leads]),
            next=Text("Correct the direction, or enter the target before the baseline it is measured from."),
        )
