"""Rows and columns, counted from 0, as spreadsheets write them."""


def column_name(column: int) -> str:
    """0, 25, 26 -> A, Z, AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def cell_name(row: int, column: int) -> str:
    """A row and a column: (6, 2) -> C7."""
    return f"{column_name(column)}{row + 1}"
