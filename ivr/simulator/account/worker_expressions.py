"""TaskRouter's expressions: which workers belong to a queue, which tasks to a filter.

`HAS` and `IN` need an array: on anything else they are false, and nobody is told. A name with a hyphen is refused, as
by Twilio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    |(?P<sign>==|!=|>=|<=|>|<|\(|\)|\[|\]|,))""",
    re.VERBOSE,
)
Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]
Value = Callable[[Facts], Any]


class WrongExpression(ValueError):
    """Text that is no expression."""


def parse(text: str) -> Test:
    """An expression as a function of the attributes; raises WrongExpression. Empty text is true of everybody."""
    return _Parser(_tokens(text)).whole() if text.strip() else lambda facts: True


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise WrongExpression(f"{text!r} at {text[place:].strip()[:10]!r}")
        assert match.lastgroup
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


class _Parser:
    """Recursive descent: OR of ANDs of comparisons and parentheses."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._left = tokens

    def whole(self) -> Test:
        test = self._any_of()
        if self._left:
            raise WrongExpression(f"{self._left[0][1]!r} is too much")
        return test

    def _any_of(self) -> Test:
        tests = [self._all_of()]
        while self._takes("OR"):
            tests.append(self._all_of())
        return lambda facts: any(test(facts) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._takes("AND"):
            tests.append(self._one())
        return lambda facts: all(test(facts) for test in tests)

    def _one(self) -> Test:
        if self._takes("("):
            test = self._any_of()
            self._needs(")")
            return test
        left = self._value()
        negated = self._takes("NOT")
        sign = self._next()[1].upper()
        right = self._value()
        if sign not in COMPARISONS:
            raise WrongExpression(f"{sign!r} compares nothing")
        compares = COMPARISONS[sign]
        return lambda facts: compares(left(facts), right(facts)) is not negated

    def _value(self) -> Value:
        kind, text = self._next()
        if kind == "text":
            return lambda facts: text[1:-1]
        if kind == "number":
            return lambda facts: float(text)
        if text == "[":
            return self._list()
        if kind != "name":
            raise WrongExpression(f"{text!r} is no value")
        if text in ("true", "false"):
            return lambda facts: text == "true"
        return lambda facts: _read(facts, text)

    def _list(self) -> Value:
        items: list[Value] = []
        while not self._takes("]"):
            items.append(self._value())
            self._takes(",")
        return lambda facts: [item(facts) for item in items]

    def _next(self) -> tuple[str, str]:
        if not self._left:
            raise WrongExpression("it ends too early")
        return self._left.pop(0)

    def _takes(self, word: str) -> bool:
        if self._left and self._left[0][0] != "text" and self._left[0][1].upper() == word:
            self._left.pop(0)
            return True
        return False

    def _needs(self, word: str) -> None:
        if not self._takes(word):
            raise WrongExpression(f"{word!r} is missing")


def _read(facts: Facts, name: str) -> Any:
    found: Any = facts
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compares(left: Any, right: Any) -> bool:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        return numbers and compare(left, right)

    return compares


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "HAS": lambda left, right: isinstance(left, list) and right in left,
    "IN": lambda left, right: isinstance(right, list) and left in right,
    "CONTAINS": lambda left, right: isinstance(left, str) and str(right) in left,
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
}
