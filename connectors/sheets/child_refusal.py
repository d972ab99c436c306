"""Why a file is refused, as a code and parameters: the child knows no language."""

from typing import Any


class Unreadable(Exception):
    """The file is refused; `connectors.sheets.refusal` puts the code into words."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
