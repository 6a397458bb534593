"""Rules for menus and entries: the number of options, the form of labels, the seconds until each key."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import call_flows
from ivr.checks.prompt_lint.finding import Finding
from ivr.checks.prompt_lint.message_rules import ratio
from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.checks.speech_timeline import length, option_times
from ivr.engine.prompts import Ask, Confirm, Menu, Prompt
from ivr.speech import LANGUAGES
from ivr.wallet.matches import MOST_CHOICES

MOST_OPTIONS, MOST_RECORDS = 5, 7
"""Of a menu, and of a list of the caller's own records."""
FIRST_OPTION, ANY_OPTION, MAIN = 8.0, 20.0, 22.0
"""Seconds: until the first key is named, until any key is, of the main menu."""
LONGEST = {"menu": 20.0, "entry": 10.0, "recording": 15.0}
"""Seconds of a whole prompt; the notice before a recording has to say more than an entry does."""
RECORDS = tuple(str(place) for place in range(MOST_CHOICES))
LABEL = {"zh": re.compile(r"[^。？！]+"), "en": re.compile(r"(For|To|If) [^.?!]+")}
LONGEST_LABEL = {"zh": 14, "en": 9}
"""Characters, and words: the key comes after it, and the label has to be held in mind until then."""


def asked(catalogue: SpokenCatalogue) -> list[Prompt]:
    """Every prompt of the call flows, and the longest list for each message that lists the caller's records."""
    modules = [
        importlib.import_module(f"call_flows.{found.name}") for found in pkgutil.iter_modules(call_flows.__path__)
    ]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, Prompt)]
    found += [one.readback for one in found if isinstance(one, Ask) and one.readback]
    lists = {name: options for name, options in catalogue.options["zh"].items() if options[:1] == ["choice"]}
    found += [Menu(name, (*RECORDS, *others)) for name, (_choice, *others) in lists.items()]
    return sorted(dict.fromkeys(found), key=lambda prompt: prompt.name)


def faults_of_prompt(catalogue: SpokenCatalogue, prompt: Prompt) -> Iterator[Finding]:
    """Every broken rule of one prompt."""
    if prompt.name not in catalogue.samples:
        yield Finding(prompt.name, "", "words", "neither language has words for it")
        return
    if isinstance(prompt, Menu):
        yield from _options(catalogue, prompt)
    kind = prompt.kind
    for failure in range(1, prompt.tries):
        if f"wrong-{kind}-{failure}" not in catalogue.samples:
            yield Finding(prompt.name, "", "tries", f"{prompt.tries} tries, and no wrong-{kind}-{failure}")
    took = {}
    for language in LANGUAGES:
        documents = catalogue.documents(prompt, language)
        took[language] = max(map(length, documents))
        for document in documents:
            yield from _times(prompt, language, length(document), option_times(document))
    yield from ratio(prompt.name, took)


def _options(catalogue: SpokenCatalogue, menu: Menu) -> Iterator[Finding]:
    """Few, each with a label that comes before its key, and the same ones in the same order in both languages."""
    records = catalogue.options["zh"][menu.name][:1] == ["choice"]
    most = MOST_RECORDS if records else MOST_OPTIONS
    if len(menu.options) > most:
        yield Finding(menu.name, "", "options", f"{len(menu.options)} options, {most} at most")
    labels = "yes-no" if isinstance(menu, Confirm) else menu.name
    for language in LANGUAGES:
        written = catalogue.options[language][labels]
        offered = catalogue.options["zh"][labels] if records else list(menu.options)
        if written != offered:
            yield Finding(menu.name, language, "order", f"offered {offered}, written {written}")
        for name in (f"{labels}.{option}" for option in written):
            for label in catalogue.texts(name, language):
                yield from _label(name, label, language)


def _label(name: str, label: str, language: str) -> Iterator[Finding]:
    size = len(re.findall(r"\w" if language == "zh" else r"[\w'’-]+", label))
    if not LABEL[language].fullmatch(label):
        yield Finding(name, language, "label", f"{label!r} cannot stand before its key")
    elif size > LONGEST_LABEL[language] and not name.endswith(".choice"):
        yield Finding(name, language, "label", f"{size}: {label}")


def _times(prompt: Prompt, language: str, whole: float, options: list[float]) -> Iterator[Finding]:
    longest = MAIN if prompt.name == "main-menu" else LONGEST[prompt.kind]
    if whole > longest:
        yield Finding(prompt.name, language, "whole", f"{whole:.1f} s, {longest:.0f} at most")
    if options and options[0] > FIRST_OPTION:
        yield Finding(prompt.name, language, "first option", f"after {options[0]:.1f} s, {FIRST_OPTION:.0f} at most")
    late = [at for at in options if at > ANY_OPTION]
    if late and prompt.name != "main-menu":
        yield Finding(prompt.name, language, "any option", f"after {late[0]:.1f} s, {ANY_OPTION:.0f} at most")
