"""The part of JQL that a reader of issues needs: read into a tree, answered with a mask over all issues."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from services.demo_jira.dialect import to_epoch_ms
from services.demo_jira.plan import FIRST_ID, Bools, Ints
from services.demo_jira.world import World

_TOKEN = re.compile(
    r"""\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(<=|>=|!=|=|<|>|!~|~)|([(),])|([^\s()<>=!~,"']+))"""
)
_DATE_FORMS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_AGO = re.compile(r"^(-?\d+)([wdhm])$")
_UNITS = {"w": 7 * 86_400_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, "<": lambda a, b: a < b,
}  # fmt: skip


class BadQuery(Exception):
    """A query that the server refuses, in the server's words."""


@dataclass(slots=True)
class Found:
    """The answer to a query: places of issues in order, and whether anything bounded it."""

    ids: Ints
    sort_values: Ints
    is_bounded: bool


class Query:
    """One query, read and answered; where it is not strict, issues that are not there are passed over."""

    def __init__(self, text: str, world: World, zone: str, is_strict: bool = True) -> None:
        self.is_strict = is_strict
        self.world, self.zone = world, ZoneInfo(zone)
        self.tokens, self.at = _tokens(text), 0
        self.is_bounded = False

    def answer(self) -> Found:
        """Which issues, in which order; without an order the newest first."""
        mask = self.world.visible()
        if self.tokens and self._peek() != "order":
            mask &= self._either()
            self.is_bounded = True
        keys = self._order()
        if self.at < len(self.tokens):
            raise BadQuery(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self._peek()}'.")
        places = np.flatnonzero(mask)
        columns = [self._column(name)[places] * sign for name, sign in keys]
        by = np.lexsort(columns[::-1]) if columns else np.arange(len(places))
        first = columns[0][by] if columns else places
        return Found(self.world.ids[places[by]], first, self.is_bounded)

    def _order(self) -> list[tuple[str, int]]:
        if self.at >= len(self.tokens):
            return [("id", -1)]
        self._expect("order")
        self._expect("by")
        keys = []
        while True:
            name = self._next().lower()
            sign = 1
            if self._peek() in ("asc", "desc"):
                sign = -1 if self._next().lower() == "desc" else 1
            keys.append((name, sign))
            if self._peek() != ",":
                break
            self._next()
        return [*keys, ("id", 1)]

    def _column(self, name: str) -> Ints:
        columns = {"updated": self.world.updated, "updateddate": self.world.updated, "created": self.world.created,
                   "id": self.world.ids, "rank": self.world.ids}  # fmt: skip
        if name in ("key", "issuekey", "issue"):
            return self.world.project_of * 10_000_000 + self.world.number_of
        if name not in columns:
            raise BadQuery(f"Not able to sort using field '{name}'.")
        return columns[name]

    def _either(self) -> Bools:
        mask = self._all()
        while self._peek() == "or":
            self._next()
            mask = mask | self._all()
        return mask

    def _all(self) -> Bools:
        mask = self._one()
        while self._peek() == "and":
            self._next()
            mask = mask & self._one()
        return mask

    def _one(self) -> Bools:
        if self._peek() == "not":
            self._next()
            return ~self._one()
        if self._peek() == "(":
            self._next()
            mask = self._either()
            self._expect(")")
            return mask
        name, operator = self._next().lower(), self._next().lower()
        if operator == "not":
            self._expect("in")
            return ~self._test(name, "in", self._values())
        if operator == "is":
            is_not = self._peek() == "not"
            if is_not:
                self._next()
            self._next()
            mask = self._empty(name)
            return ~mask if is_not else mask
        return self._test(name, operator, self._values() if operator == "in" else [self._value()])

    def _values(self) -> list[str]:
        if self._peek() != "(":
            return [self._value()]
        self._next()
        values = [self._value()]
        while self._peek() == ",":
            self._next()
            values.append(self._value())
        self._expect(")")
        return values

    def _value(self) -> str:
        value = self._next()
        if self._peek() == "(":  # a function without arguments
            self._next()
            self._expect(")")
            return f"{value.lower()}()"
        return value

    # -- what a clause asks ----------------------------------------------------------------------------------------

    def _test(self, name: str, operator: str, values: list[str]) -> Bools:
        if name in ("updated", "updateddate", "created", "createddate"):
            column = self.world.updated if name.startswith("updated") else self.world.created
            return self._any(operator, [self._instant(value) for value in values], column)
        if name in ("id", "key", "issue", "issuekey"):
            return self._issues(operator, values)
        if operator not in ("=", "!=", "in"):
            raise BadQuery(f"The operator '{operator}' is not supported by the '{name}' field.")
        if name == "project":
            mask = self._projects(values)
        elif name == "sprint":
            mask = self.world.in_sprints({sprint for value in values for sprint in self._sprints(value)})
        elif name == "labels":
            wanted = set(values)  # a label that no issue carries finds nothing, and is no error
            ids = self.world.ids.tolist()
            mask = np.array([not wanted.isdisjoint(self.world.story(one).state["labels"]) for one in ids], dtype=bool)
        else:
            raise BadQuery(f"Field '{name}' does not exist or you do not have permission to view it.")
        return ~mask if operator == "!=" else mask

    def _empty(self, name: str) -> Bools:
        if name != "sprint":
            raise BadQuery(f"Field '{name}' does not exist or you do not have permission to view it.")
        return ~self.world.in_sprints(set(self.world.line.sprints))

    def _any(self, operator: str, values: list[int], column: Ints) -> Bools:
        if operator == "in":
            among: Bools = np.isin(column, values)
            return among
        if operator not in COMPARE:
            raise BadQuery(f"The operator '{operator}' is not supported by this field.")
        found: Bools = COMPARE[operator](column, values[0])
        return found

    def _issues(self, operator: str, values: list[str]) -> Bools:
        ids = []
        for value in values:
            issue = self.world.find(value)
            if issue is None and not self.is_strict and operator == "in":
                continue
            if issue is None:
                raise BadQuery(f"An issue with key '{value}' does not exist for field 'key'.")
            ids.append(issue)
        if operator in ("=", "!=", "in"):
            found: Bools = np.zeros(len(self.world.ids), dtype=np.bool_)
            found[np.array(ids, dtype=np.int64) - FIRST_ID] = True
            return ~found if operator == "!=" else found
        # Comparisons go by number within the issue's own project.
        place = ids[0] - FIRST_ID
        same = self.world.project_of == self.world.project_of[place]
        nearby: Bools = same & self._any(operator, [int(self.world.number_of[place])], self.world.number_of)
        return nearby

    def _projects(self, values: list[str]) -> Bools:
        mask: Bools = np.zeros(len(self.world.ids), dtype=np.bool_)
        for value in values:
            named = [p for p in self.world.projects.values() if value.lower() in (p.key.lower(), p.id, p.name.lower())]
            if not named or named[0].id in self.world.hidden_projects:
                raise BadQuery(f"The value '{value}' does not exist for the field 'project'.")
            mask |= self.world.project_of == int(named[0].id)
        return mask

    def _sprints(self, value: str) -> list[int]:
        sprints = self.world.line.sprints.values()
        states = {"opensprints()": ("active",), "closedsprints()": ("closed",), "futuresprints()": ("future",)}
        if value in states:
            return [one.id for one in sprints if one.state in states[value]]
        named = [one.id for one in sprints if value in (str(one.id), one.name)]
        if not named:
            raise BadQuery(f"Sprint with name '{value}' does not exist or you do not have permission to view it.")
        return named

    def _instant(self, value: str) -> int:
        if value.isdecimal() and len(value) > 8:
            return int(value)
        if ago := _AGO.match(value):
            return self.world.now() + int(ago[1]) * _UNITS[ago[2]]
        for form in _DATE_FORMS:
            try:
                return to_epoch_ms(datetime.strptime(value, form).replace(tzinfo=self.zone))
            except ValueError:
                continue
        raise BadQuery(
            f"Date value '{value}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', "
            "'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        if self.at >= len(self.tokens):
            raise BadQuery("Error in the JQL Query: the query ends too soon.")
        self.at += 1
        return self.tokens[self.at - 1][0]

    def _expect(self, word: str) -> None:
        if self._peek() != word:
            raise BadQuery(f"Error in the JQL Query: Expecting '{word}' but got '{self._peek()}'.")
        self.at += 1


def _tokens(text: str) -> list[tuple[str, str]]:
    """Each token as written and as compared (a quoted word is never a keyword)."""
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"Error in the JQL Query: The character '{text[at]}' is a reserved JQL character.")
        quoted, operator, mark, word = match.groups()
        if quoted is not None:
            plain = re.sub(r"\\(.)", r"\1", quoted[1:-1])
            found.append((plain, f'"{plain}'))
        else:
            value = operator or mark or word
            found.append((value, value.lower()))
        at = match.end()
    return found
