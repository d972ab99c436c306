"""What `settings` prints, and how it reads a value that somebody types."""

from collections.abc import Mapping
from typing import Any

from core.reader import Reader
from reports.columns import table


def setting_lines(values: Mapping[str, Any], labels: Mapping[str, str], reader: Reader) -> list[str]:
    """`settings`: each setting of the house by name, with its value and what it is."""
    rows = [(name, setting_text(value), reader.t(labels[name])) for name, value in values.items()]
    return table((reader.t("Setting"), reader.t("Value"), reader.t("Meaning")), rows)


def setting_text(value: Any) -> str:
    """A setting's value as `settings NAME VALUE` takes it back."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={held}" for name, held in value.items())
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_setting(name: str, text: str) -> Any:
    """A setting's value from the shell: numbers as numbers, `ops=CN,sales=weekdays` as a mapping; the rules of the house
    judge what cannot be read."""
    if name == "department_calendars":
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        return {department.strip(): calendar.strip() for department, _, calendar in pairs}
    if name in ("makes_reports", "writes_back"):
        return {"on": True, "off": False}.get(text.strip().lower(), text)
    kind = {"hours_per_day": float, "demo_every_days": int}.get(name, str)
    try:
        return kind(text)
    except ValueError:
        return text
