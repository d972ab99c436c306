"""A report as it was made, on its way from the figures to the archive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Made:
    """A report as it was made: what it is, in which language, of which time, and its bytes by media (pptx, pdf, html).

    Args: subject, as a person would name it; payload, the figures it says, so that they can be read without the file.
    """

    kind: str
    subject: str
    language: str
    files: Mapping[str, bytes]
    demo_id: int | None = None
    project_key: str | None = None
    period_begins_at: datetime | None = None
    period_ends_at: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
