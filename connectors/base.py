"""What a source owes, and nothing more. Retries, transactions, cursors and the database are not its business.

A source is a module or a package under `connectors/` with exactly these names:

- `name`: the word kept in `Source.kind`;
- `Settings`: a frozen Pydantic model of what the source may be told, as kept in `Source.settings`;
- `fetch`: the I/O. It yields or returns raw records that can be kept as bytes and read again;
- `parse`: pure. Raw records and settings in, validated records (`connectors.records`) out. The same raw record gives the
  same records, whenever it is read: replay = live. External ids are unique within one table of one result.

A source of sheets also has:

- `guess` (a module with a function of that name): a sheet in; its kind, header row and the mapping of fields to columns out, each with a confidence;
- `preview`: as `parse`, but what is wrong comes back cell by cell instead of as an error.

`tests/connectors/test_connector_contract.py` finds every source and holds it to this.
"""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel


@runtime_checkable
class Connector(Protocol):
    """The contract as a type: a module that has these names is a source."""

    name: str
    Settings: type[BaseModel]
    fetch: Callable[..., Any]
    parse: Callable[..., Any]
