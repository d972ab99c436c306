"""What every table has in common: a registry of its own."""

from typing import Any

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

Json = dict[str, Any]


class Base(SQLModel, registry=registry()):
    """Own registry, so that an edit-reload of these modules does not find its tables already defined."""
