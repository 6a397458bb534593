"""The prompt catalogues (Project Fluent) in both languages, read strictly.

Fluent by itself does not fail: it speaks a missing variable as its name, and puts commas into numbers. So
only our speech functions may place a variable, both languages must have the same messages with the
same variables, and any error in rendering is raised.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle

from ivr.speech import LANGUAGES
from ivr.speech.catalogue_rules import EMPTY, CatalogueError, compare, messages, parsed
from ivr.speech.free_text import speakable

__all__ = ["FOLDER", "Catalogue", "CatalogueError", "RenderError", "words"]

FOLDER = Path(__file__).parents[2] / "call_flows" / "prompts"


class RenderError(RuntimeError):
    """A message could not be rendered; the code that asked for it must speak something safe."""


class Catalogue:
    """The messages of both languages. One a process, made by `load`; threads may share it."""

    def __init__(self, bundles: dict[str, FluentBundle], messages: dict[str, set[str]]) -> None:
        self._bundles, self._messages = bundles, messages
        self._constant: dict[tuple[str, str], str] = {}

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read `<folder>/zh/*.ftl` and `<folder>/en/*.ftl`; raises CatalogueError."""
        sources = {lang: _files(folder / lang) for lang in LANGUAGES}
        found = {lang: messages(lang, files) for lang, files in sources.items()}
        compare(found["zh"], found["en"])
        bundles = {}
        for lang, files in sources.items():
            bundle = FluentBundle([lang], functions=_functions(lang), use_isolating=False)
            for content in files.values():
                bundle.add_resource(parsed(content))
            bundles[lang] = bundle
        return cls(bundles, found["zh"])

    def ids(self) -> set[str]:
        """All message ids, attributes as `message.attribute`."""
        return set(self._messages)

    def render(self, lang: str, message: str, args: dict[str, Any], *, today: date) -> str:
        """A message (`id` or `id.attribute`) in words; raises RenderError."""
        if args:
            return self._render(lang, message, args, today)
        words = self._constant.get((lang, message))
        if words is None:
            words = self._constant[lang, message] = self._render(lang, message, args, today)
        return words

    def _render(self, lang: str, message: str, args: dict[str, Any], today: date) -> str:
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
        return str(words) if words != EMPTY else ""


@cache
def words() -> Catalogue:
    """The prompts of the call flows, in both languages; read once a process."""
    return Catalogue.load(FOLDER)


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.ftl"))}


class _Box(str):
    """Carries a value through Fluent, which would format a number or a date by itself."""

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
        "DAY": lambda value: words.near(_date(value.value), value.today),
        "TIME": lambda value: words.clock(time.fromisoformat(value.value)),
        "MOMENT": lambda value: words.moment(_moment(value.value), value.today),
        "WEEKDAYS": lambda value: words.weekdays(str(value.value)),
        "COUNT": lambda value, unit: words.count(int(value.value), str(getattr(unit, "value", unit))),
        "ORDINAL": lambda value: words.ordinal(int(value.value)),
        "SPAN": lambda low, high, unit: words.span(int(low.value), int(high.value), str(getattr(unit, "value", unit))),
        "PERCENT": lambda value: words.percent(float(value.value)),
        "TEXT": lambda value: speakable(value.value, lang),
    }


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
