"""What is said, and what the keys mean: words in one language, options as spoken, failures counted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ivr.checks.prompt_lint.forbidden_words import POUND_ALONE
from ivr.engine.prompts import Ask, Menu
from ivr.engine.speaking import SpokenText
from ivr.engine.waits import Dial, Wait
from ivr.simulator.twiml.validation import check
from tests.exploration import words
from tests.exploration.finding import Fault
from tests.exploration.graph import FAILED, Edge, Graph


def p1_every_turn_ends_in_words(graph: Graph) -> Iterator[Fault]:
    """No turn fails; every turn says something, and is a document that a telephone plays, in both languages."""
    documents: dict[object, Edge] = {}
    for edge in (*graph.entries, *graph.edges):
        if edge.target == FAILED:
            yield Fault("P1", edge.turn.failure, edge)
        elif not edge.turn.lines and not isinstance(edge.turn.wait, Dial):
            yield Fault("P1", "a turn says nothing", edge)
        else:
            wait = edge.turn.wait
            documents.setdefault((id(edge.turn.lines), getattr(wait, "prompt", type(wait))), edge)
    for edge in documents.values():
        for language in ("zh", "en"):
            try:
                wrong = check(words.telephone(edge.turn, language))
            except Exception as error:
                wrong = [f"{type(error).__name__}: {error}"]
            yield from (Fault("P1", one, edge) for one in wrong)


def p7_counters_reset(graph: Graph) -> Iterator[Fault]:
    """A valid answer leads to a question with no failures, and a failure is counted."""
    for edge in graph.edges:
        wait = edge.turn.wait
        if not isinstance(wait, Wait) or not isinstance(graph.states[edge.source].wait, Wait):
            continue
        before = graph.states[edge.source].wait.failures
        total = wait.failures.no_inputs + wait.failures.no_matches
        if edge.decision in ("value", "secret", "sealed", "back", "main", "agent", "gave-up") and total:
            yield Fault("P7", f"{edge.decision} leads to {wait.name} with {total} failures counted", edge)
        if edge.decision in ("silence", "wrong") and total != before.no_inputs + before.no_matches + 1:
            yield Fault("P7", f"a failure at {wait.name} is not counted", edge)
        if edge.decision in ("repeat", "language", "slower", "more-time", "clear") and wait.failures != before:
            yield Fault("P7", f"{edge.decision} at {wait.name} counts as a failure", edge)


def p13_one_language(graph: Graph) -> Iterator[Fault]:
    """Every line is in the caller's language; only the choice of a language is in both."""
    for edge in (*graph.entries, *graph.edges):
        both = isinstance(edge.turn.wait, Wait) and edge.turn.wait.prompt.bilingual
        own = {line.id for line in edge.turn.lines if line.language is None}
        for line in edge.turn.lines:
            twice = line.language == "other" and line.id in own
            if line.language is not None and not both and not twice and line.id != "other-language":
                yield Fault("P13", f"{line.id} is said in {line.language}", edge)
        for language in ("zh", "en"):
            yield from _mixed(edge, language)


def _mixed(edge: Edge, language: str) -> Iterator[Fault]:
    for sentence in _spoken_or_nothing(edge, language):
        chinese = any("一" <= sign <= "鿿" for sign in sentence.text)
        if sentence.text and chinese != (sentence.language == "zh"):
            yield Fault("P13", f"not {sentence.language}: {sentence.text}", edge)


CLEARED_BY_A_CHOICE = {"identify-code": "value"}
"""Where `*` in an entry leads to a menu in which to enter it again is one of the options: there the code may not have
come.
"""


def p14_p16_keys_mean_the_same(graph: Graph) -> Iterator[Fault]:
    """`#` repeats the question, `*` goes back, 8 and 9 change how it is said; options are 1, 2, 3 … as spoken."""
    meaning = {"0": "agent", "*": "back", "#": "repeat", "8": "slower", "9": "language"}
    entry = {"0#": "agent", "*#": "clear", "**#": "main", "*8#": "slower", "*9#": "language"}
    for edge in graph.edges:
        wait = graph.states[edge.source].wait
        if not isinstance(wait, Wait):
            continue
        expected = (entry if isinstance(wait.prompt, Ask) else meaning).get(edge.label, edge.decision)
        if edge.label == "*#":
            expected = CLEARED_BY_A_CHOICE.get(wait.name, expected)
        if edge.decision != expected and not (wait.prompt.bilingual and edge.label == "9"):
            yield Fault("P16", f"{edge.label} at {wait.name} is {edge.decision}, not {expected}", edge)
        if edge.decision == "value" and isinstance(wait.prompt, Menu):
            meant = wait.prompt.options[int(edge.label) - 1]
            if edge.turn.steps[0][3] != meant:
                yield Fault("P16", f"{edge.label} at {wait.name} is {edge.turn.steps[0][3]}, not {meant}", edge)
        if edge.decision == "repeat" and (edge.turn.wait is None or edge.turn.wait.name != wait.name):
            yield Fault("P14", f"# at {wait.name} does not repeat it", edge)
        yield from _options_as_spoken(edge)


def _options_as_spoken(edge: Edge) -> Iterator[Fault]:
    wait = edge.turn.wait
    if not isinstance(wait, Wait) or not isinstance(wait.prompt, Menu) or wait.last[0] == "silence":
        return
    keys = [line.key for line in edge.turn.lines if line.key]
    if wait.prompt.offer_agent and "0" not in keys:
        yield Fault("P14", f"{wait.name} offers no person", edge)
    numbered = [key for key in keys if key not in ("0", "9")]
    if numbered != [str(place) for place in range(1, len(wait.prompt.options) + 1)]:
        yield Fault("P16", f"{wait.name} speaks the keys {keys}", edge)
    for place, line in enumerate([line for line in edge.turn.lines if line.key in numbered]):
        option = wait.prompt.options[place]
        if line.id.rpartition(".")[2] not in (option, "choice"):
            yield Fault("P16", f"{wait.name}: key {line.key} is {option}, but {line.id} is said", edge)


def _spoken_or_nothing(edge: Edge, language: str) -> list[SpokenText]:
    """What cannot be said is P1's fault."""
    try:
        return words.spoken(edge.turn.lines, language)
    except Exception:
        return []


def p22_offers_only_where_asked(graph: Graph) -> Iterator[Fault]:
    """Promotions are spoken in their own branch only."""
    for edge in graph.edges:
        offers = any(line.id.startswith("promotion-") for line in edge.turn.lines)
        if offers and "promotions" not in graph.states[edge.source].inside:
            yield Fault("P22", "an offer outside its branch", edge)


def p27_nothing_needs_a_pound_alone(graph: Graph) -> Iterator[Fault]:
    """Twilio need not tell of it: no words of an entry name it, and what it chooses there, other keys choose too."""
    to_entries = {id(edge.turn.lines): edge for edge in (*graph.entries, *graph.edges) if _is_entry(edge.turn.wait)}
    for edge in to_entries.values():
        yield from _pound_named(edge)
    for edges in graph.out().values():
        otherwise = {repr(edge.turn.steps[:1]) for edge in edges if edge.label not in ("#", "silence")}
        for edge in edges:
            wait = graph.states[edge.source].wait
            chooses = _is_entry(wait) and edge.label == "#" and edge.decision != "more-time"
            if chooses and repr(edge.turn.steps[:1]) not in otherwise:
                yield Fault("P27", f"at {wait.name} only # alone is {edge.turn.steps[0][2:]}", edge)


def _is_entry(wait: object) -> bool:
    return isinstance(wait, Wait) and isinstance(wait.prompt, Ask)


def _pound_named(edge: Edge) -> Iterator[Fault]:
    for language, pattern in POUND_ALONE.items():
        for sentence in _spoken_or_nothing(edge, language):
            if sentence.language == language and re.search(pattern, sentence.text, re.IGNORECASE):
                yield Fault("P27", f"{_asked(edge)}: {sentence.text}", edge)


def _asked(edge: Edge) -> str:
    return edge.turn.wait.name if edge.turn.wait else "the end"


def g12_escalation(graph: Graph) -> Iterator[Fault]:
    """The first and the second failure are answered in other words, and each silence says something."""
    heard: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for edge in graph.edges:
        wait = edge.turn.wait
        if isinstance(wait, Wait) and edge.decision in ("silence", "wrong") and edge.turn.lines:
            count = wait.failures.no_inputs if edge.decision == "silence" else wait.failures.no_matches
            lead = edge.turn.lines[0].id
            if lead in heard[wait.name, edge.decision][3 - count] and not wait.prompt.bilingual:
                yield Fault("G12", f"the same words after each {edge.decision} at {wait.name}: {lead}", edge)
            heard[wait.name, edge.decision][count].add(lead)
            asks_again = edge.decision == "silence" and (count == 1 or lead == "still-silent-menu")
            if not asks_again and not any(line.id.startswith(wait.name) or line.key for line in edge.turn.lines):
                yield Fault("G12", f"{wait.name} is not asked again", edge)
