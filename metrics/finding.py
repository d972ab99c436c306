"""What a metric could not trust, as a code with parameters; core/wording_* puts it into words."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing in the data that cannot be fully trusted, about one subject.

    Args: code, worded in core; severity, error | warning | info; subject_table and subject_id, what it is about;
    subject_label, the key or name a person knows it by; params, JSON-able values for the sentence.
    """

    code: str
    severity: str
    subject_table: str
    subject_id: str
    subject_label: str
    params: dict[str, Any] = field(default_factory=dict)
