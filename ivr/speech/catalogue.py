"""The words: Project Fluent catalogues in both languages, read strictly.

Fluent fails quietly by itself: a missing variable is spoken as its name, a number gets commas. So
only our speech functions may place a variable, both languages must hold the same messages with the
same variables, and any error in rendering raises.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from ivr.speech import LANGUAGES, text

FUNCTIONS = ("MONEY", "DIGITS", "DATE", "TIME", "MOMENT", "COUNT", "SPAN", "PERCENT", "TEXT")


class CatalogueError(ValueError):
    """A catalogue that must not be spoken from; says where and why."""


class RenderError(RuntimeError):
    """A message could not be rendered; the caller of it must speak something safe."""


class Catalogue:
    """Both languages' messages. Make one a process with `load`; rendering is thread-safe enough to share."""

    def __init__(self, bundles: dict[str, FluentBundle], messages: dict[str, set[str]]) -> None:
        self._bundles, self._messages = bundles, messages

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read `<folder>/zh/*.ftl` and `<folder>/en/*.ftl`; raises CatalogueError."""
        sources = {lang: {path.name: path.read_text("utf-8") for path in sorted((folder / lang).glob("*.ftl"))} for lang in LANGUAGES}  # fmt: skip
        found = {lang: _messages(lang, files) for lang, files in sources.items()}
        _compare(found["zh"], found["en"])
        bundles = {}
        for lang, files in sources.items():
            bundle = FluentBundle([lang], functions=_functions(lang), use_isolating=False)
            for content in files.values():
                bundle.add_resource(FluentResource(content))
            bundles[lang] = bundle
        return cls(bundles, found["zh"])

    def ids(self) -> set[str]:
        """All message ids, attributes as `message.attribute`."""
        return set(self._messages)

    def render(self, lang: str, message: str, args: dict[str, Any], *, today: date) -> str:
        """A message (`id` or `id.attribute`) in words; raises RenderError."""
        if message not in self._messages:
            raise RenderError(f"no message {message!r} in the catalogues")
        name, _, attribute = message.partition(".")
        found = self._bundles[lang].get_message(name)
        pattern = found.attributes[attribute] if attribute else found.value
        plain = {key: _boxed(value, today) for key, value in args.items()}
        if pattern is None:
            raise RenderError(f"{lang}:{message} has no words of its own")
        words, errors = self._bundles[lang].format_pattern(pattern, plain)
        if errors:
            raise RenderError(f"{lang}:{message}: {errors[0]!r}")
        return str(words) if words != "-" else ""


class _Box(str):
    """A value on its way through Fluent, which would format numbers and dates by itself."""

    value: Any
    today: date


def _boxed(value: Any, today: date) -> _Box:
    box = _Box(value if isinstance(value, str) else "")
    box.value, box.today = value, today
    return box


def _functions(lang: str) -> dict[str, Any]:
    words = LANGUAGES[lang]
    return {
        "MONEY": lambda fen: words.money(fen.value),
        "DIGITS": lambda value, kind="plain": words.digits(str(value.value), str(kind)),
        "DATE": lambda value: words.day(_date(value.value), value.today),
        "TIME": lambda value: words.clock(time.fromisoformat(value.value)),
        "MOMENT": lambda value: words.moment(_moment(value.value), value.today),
        "COUNT": lambda value, unit: words.count(int(value.value), str(getattr(unit, "value", unit))),
        "SPAN": lambda low, high, unit: words.span(int(low.value), int(high.value), str(getattr(unit, "value", unit))),
        "PERCENT": lambda value: words.percent(float(value.value)),
        "TEXT": lambda value: text(value.value, lang),
    }


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _messages(lang: str, files: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, content in files.items():
        for entry in FluentParser(with_spans=True).parse(content).body:
            if isinstance(entry, ast.Junk):
                raise CatalogueError(f"{lang}/{name}: cannot be read near {(entry.content or '').strip()[:60]!r}")
            if isinstance(entry, ast.Message):
                parts = [
                    (entry.id.name, entry.value),
                    *((f"{entry.id.name}.{a.id.name}", a.value) for a in entry.attributes),
                ]
                for key, pattern in parts:
                    if key in found:
                        raise CatalogueError(f"{lang}/{name}: {key} is there twice")
                    found[key] = _variables(f"{lang}/{name}: {key}", pattern)
    return found


def _variables(where: str, pattern: ast.Pattern | None) -> set[str]:
    names: set[str] = set()

    class Look(Visitor):  # type: ignore[misc]
        def visit_VariableReference(self, node: ast.VariableReference) -> None:
            names.add(node.id.name)

        def visit_Placeable(self, node: ast.Placeable) -> None:
            if isinstance(node.expression, ast.VariableReference):
                raise CatalogueError(f"{where}: ${node.expression.id.name} needs one of {', '.join(FUNCTIONS)}")
            self.generic_visit(node)

    if pattern is not None:
        Look().visit(pattern)
    return names


def _compare(zh: dict[str, set[str]], en: dict[str, set[str]]) -> None:
    if zh.keys() != en.keys():
        raise CatalogueError(f"in one language only: {', '.join(sorted(zh.keys() ^ en.keys()))}")
    for key in zh:
        if zh[key] != en[key]:
            raise CatalogueError(f"{key}: the languages use other variables: {sorted(zh[key] ^ en[key])}")
