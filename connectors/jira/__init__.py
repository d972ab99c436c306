"""Jira as a source, Cloud and Data Center: raw records fetched with a cursor, parsed into the same tables.

Imported at once and not when asked for: importing a submodule named `fetch` would bind the module to the name that is owed
for the function. The `jira` package itself is loaded by the first client alone.
"""

from connectors.jira.fetch import fetch
from connectors.jira.parse import parse
from connectors.jira.settings import Settings, name

__all__ = ["Settings", "fetch", "name", "parse"]
