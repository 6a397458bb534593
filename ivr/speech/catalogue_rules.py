"""The rules of the catalogues, checked at start: a fault is reported by file and message, not heard in a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from ivr.speech.digit_groups import KINDS
from ivr.speech.zh import UNITS

NAMED = {"DIGITS": ("kind", KINDS), "COUNT": ("unit", tuple(UNITS)), "SPAN": ("unit", tuple(UNITS))}
FUNCTIONS = (
    *("MONEY", "DIGITS", "COUNT", "ORDINAL", "SPAN", "PERCENT", "TEXT"),
    *("DATE", "DAY", "TIME", "MOMENT", "WEEKDAYS"),
)
UNSPEAKABLE = {
    "zh": re.compile(r"[0-9A-Za-z!-/:-@\[-`{-~]"),
    "en": re.compile(r"[0-9@#$%^&*()_+=\[\]{}<>/\\|~]{2,}|[@#$%^&*_+=\[\]{}<>\\|~]"),
}
PLURALS = ("zero", "one", "two", "few", "many")
EMPTY = "-"
"""The value of a message that has attributes only."""


class CatalogueError(ValueError):
    """A catalogue that breaks a rule; the text says where and why."""


def messages(lang: str, files: dict[str, str]) -> dict[str, set[str]]:
    """Message ids (attributes as `message.attribute`) with their variables; raises CatalogueError."""
    found: dict[str, set[str]] = {}
    for name, content in files.items():
        for key, pattern in _patterns(f"{lang}/{name}", content):
            if key in found:
                raise CatalogueError(f"{lang}/{name}: {key} is there twice")
            reader = _Reader(f"{lang}/{name}: {key}", lang)
            reader.visit(pattern)
            found[key] = reader.variables
    return found


def compare(zh: dict[str, set[str]], en: dict[str, set[str]]) -> None:
    """Both languages hold the same messages with the same variables; raises CatalogueError."""
    if zh.keys() != en.keys():
        raise CatalogueError(f"in one language only: {', '.join(sorted(zh.keys() ^ en.keys()))}")
    for key in zh:
        if zh[key] != en[key]:
            raise CatalogueError(f"{key}: the languages use other variables: {sorted(zh[key] ^ en[key])}")


@lru_cache(maxsize=128)
def parsed(content: str) -> ast.Resource:
    """A file's messages as a tree, which is read here, spoken from, and linted: parsed once for all three."""
    return FluentParser().parse(content)


def _patterns(where: str, content: str) -> Iterator[tuple[str, ast.Pattern]]:
    for entry in parsed(content).body:
        if isinstance(entry, ast.Junk):
            raise CatalogueError(f"{where}: cannot be read near {str(entry.content).strip()[:60]!r}")
        if isinstance(entry, ast.Message):
            if entry.value is not None:
                yield entry.id.name, entry.value
            for attribute in entry.attributes:
                yield f"{entry.id.name}.{attribute.id.name}", attribute.value


class _Reader(Visitor):
    """Reads one message: collects its variables, and raises at the first fault of its text or functions."""

    def __init__(self, where: str, lang: str) -> None:
        self._where, self._lang = where, lang
        self.variables: set[str] = set()

    def visit_TextElement(self, node: ast.TextElement) -> None:
        found = UNSPEAKABLE[self._lang].search(node.value) if node.value != EMPTY else None
        if found:
            self._refuse(f"{found.group()!r} cannot be spoken; write it in words")

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.variables.add(node.id.name)

    def visit_Placeable(self, node: ast.Placeable) -> None:
        if isinstance(node.expression, ast.VariableReference):
            self._refuse(f"${node.expression.id.name} needs one of {', '.join(FUNCTIONS)}")
        self.generic_visit(node)

    def visit_Variant(self, node: ast.Variant) -> None:
        if isinstance(node.key, ast.NumberLiteral) or node.key.name in PLURALS:
            self._refuse(
                "a number does not choose words here, and the default would always be spoken; choose by a text"
            )
        self.generic_visit(node)

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:
        name = node.id.name
        if name not in FUNCTIONS:
            self._refuse(f"{name} is none of {', '.join(FUNCTIONS)}")
        given = {one.name.name: getattr(one.value, "value", None) for one in node.arguments.named}
        if name in NAMED and (NAMED[name][0] in given or name != "DIGITS"):
            option, allowed = NAMED[name]
            if given.get(option) not in allowed:
                self._refuse(f"{name} has {option} {given.get(option)!r}; it knows {', '.join(allowed)}")
        self.generic_visit(node.arguments)

    def _refuse(self, fault: str) -> None:
        raise CatalogueError(f"{self._where}: {fault}")
