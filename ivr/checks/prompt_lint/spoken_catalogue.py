"""The catalogues as they would be spoken, with sample values in place of every variable.

A message that chooses its words by a value (a Fluent selector) is spoken once for each choice; the rules hold for each.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from ivr.engine import twiml
from ivr.engine.prompts import Ask, FailureCounts, Menu, Prompt
from ivr.engine.speaking import Speaker
from ivr.engine.utterances import Utterance
from ivr.engine.waits import Wait
from ivr.speech import LANGUAGES
from ivr.speech.catalogue import Catalogue
from ivr.speech.catalogue_rules import parsed

TODAY = date(2026, 11, 23)
VALUES: dict[str, tuple[Any, ...]] = {
    "MONEY": (12300,),
    "DATE": ("2026-11-24",),
    "DAY": ("2026-11-26",),
    "TIME": ("09:00",),
    "MOMENT": ("2026-11-20T20:15:00+08:00",),
    "COUNT": (8,),
    "ORDINAL": (2,),
    "SPAN": (1, 3),
    "PERCENT": (0.5,),
    "WEEKDAYS": ("mon-fri",),
    "DIGITS": ("202611017",),
}
"""A middling value for each speech function; a span has two."""
NAMES: dict[str, Any] = {
    "website": {"zh": "海云钱包官方网站的联系我们页面", "en": "the Contact us page of the official Haiyun website"},
    "app": {"zh": "在应用内依次进入设置、帮助与客服", "en": "Settings, then Help and support, in the app"},
    "social": {"zh": "海云钱包官方公众号", "en": "the official Haiyun account"},
    "arrival": {"zh": "两小时内到账", "en": "within two hours"},
    "ending": "0051",
}
"""Names from a wallet's data, and the end of a number, by the variable that holds them."""
BRAND = {"zh": "海云钱包", "en": "Haiyun Wallet"}


@dataclass(frozen=True)
class SpokenCatalogue:
    """Both catalogues with samples. `options` are a message's attributes in the order of each language's file."""

    words: Catalogue
    samples: dict[str, list[dict[str, Any]]]
    options: dict[str, dict[str, list[str]]]
    speaker: Speaker = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "speaker", Speaker(self.words, unseal=str))

    @classmethod
    def load(cls, folder: Path) -> SpokenCatalogue:
        """Read `<folder>/zh/*.ftl` and `<folder>/en/*.ftl`; raises CatalogueError."""
        words = Catalogue.load(folder)
        readers: dict[str, _Samples] = {}
        options: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
        for language in LANGUAGES:
            for entry in _entries(folder / language):
                readers.setdefault(entry.id.name, _Samples()).visit(entry)
                options[language][entry.id.name] = [attribute.id.name for attribute in entry.attributes]
        return cls(words, {name: reader.every() for name, reader in readers.items()}, options)

    @property
    def ids(self) -> list[str]:
        """All messages, attributes as `message.attribute`."""
        return sorted(self.words.ids())

    def texts(self, message: str, language: str) -> list[str]:
        """One message in words, as often as its values choose other words; "" for a message that has options only."""
        every = self.samples[message.partition(".")[0]]
        said = [self.words.render(language, message, args, today=TODAY) for args in every]
        return said if len(set(said)) > 1 else said[:1]

    def documents(self, prompt: Prompt, language: str) -> list[str]:
        """A prompt as TwiML, as it is asked the first time; once for each choice of words."""
        return [self._document(prompt, language, sample) for sample in self.samples[prompt.name]]

    def _document(self, prompt: Prompt, language: str, sample: dict[str, Any]) -> str:
        args = dict(sample)
        if isinstance(prompt, Ask) and prompt.hint:
            args |= self.samples[prompt.hint][0]
        written = self.options[language][prompt.name]
        if isinstance(prompt, Menu) and "choice" in written:
            records = [option for option in prompt.options if option not in written]
            args["choices"] = dict.fromkeys(records, sample)
        lines: tuple[Utterance, ...] = Wait(prompt, FailureCounts(), (), args, ("first", None), False).utterances
        return twiml.document(twiml.says(self.speaker.speak(lines, language, TODAY)))


def _entries(folder: Path) -> list[ast.Message]:
    resources = [parsed(path.read_text("utf-8")) for path in sorted(folder.glob("*.ftl"))]
    return [entry for resource in resources for entry in resource.body if isinstance(entry, ast.Message)]


class _Samples(Visitor):
    """A value for each variable of one message, by the function that speaks it, and each choice of a selector."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}
        self._choices: dict[str, list[str]] = {}

    def every(self) -> list[dict[str, Any]]:
        """The samples, one for each way in which the selectors can choose."""
        ways = itertools.product(*self._choices.values())
        return [self._found | dict(zip(self._choices, way, strict=True)) for way in ways]

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:
        for place, argument in enumerate(node.arguments.positional):
            if isinstance(argument, ast.VariableReference):
                name = argument.id.name
                usual = VALUES[node.id.name][place] if node.id.name in VALUES else BRAND
                self._found[name] = NAMES.get(name, usual)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:
        if isinstance(node.selector, ast.VariableReference):
            known = self._choices.setdefault(node.selector.id.name, [])
            keys = [one.key.name for one in node.variants if isinstance(one.key, ast.Identifier)]
            known += [key for key in keys if key not in known]
        self.generic_visit(node)
