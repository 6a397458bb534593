"""Whoever says that money left is told neither that nothing was charged nor to try again, unless a record proves it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.engine.utterances import Utterance
from tests.exploration import words
from tests.exploration.finding import Fault
from tests.exploration.graph import Edge, Graph
from tests.exploration.outcomes import NO_DEBIT
from tests.exploration.telling import AGAIN

SAID = {"top-up-step=debited", "missed=debited", "missed-debited=yes", "bank-shows-debit=yes"}
"""Answers by which a caller says so."""
TASKS = {"failed_top_up", "failed_payment"}
RECORDS = {"top-up-is", "payment-is", "payment-is-unnamed"}
SETTLED = {f"{kind}-{reason}" for kind in ("advice", "payment") for reason in ("succeeded", "unknown", "system-fault")}
ABOUT_KEYS = ("wrong-", "gave-up", "identify-", "voice-note", "callback-")
"""Messages that speak of trying an entry again."""
RASH = {
    "en": r"(?<!not )(?<!n't )(?<!not top up or )\b(?:try|top up|pay|start|that step) again|nothing was charged"
    r"|took no money|other card|new card"
    r"|another way|also top up|also use|(?:try|pay) tomorrow|half an hour|split",
    "zh": r"没有(?:为这笔)?扣款|(?<!不要)(?<!不用)再[试充付]|重新[发付做]|换一|换新|别的充值|也可以用|明天再|"
    r"半小时|分几次",
}


def p26_charged_is_believed(graph: Graph) -> Iterator[Fault]:
    """Heard in both languages, whatever the messages are called."""
    for edge in _charged(graph):
        if edge.decision in AGAIN or _is_proved(edge):
            continue
        rash = sorted({line.id for line in edge.turn.lines if _is_rash(line)})
        if rash:
            yield Fault("P26", f"to a caller who says that money left the line says {rash}", edge)


def p26_charged_has_a_case(graph: Graph) -> Iterator[Fault]:
    """A record that proves how it ended, or a case; nobody is asked whether that solved it before."""
    for edge in _charged(graph):
        heard = {line.id for line in edge.turn.lines}
        asked = edge.target >= 0 and graph.states[edge.target].name == "was-it-solved"
        if not asked or graph.states[edge.source].name == "was-it-solved":
            continue
        has_case = any(done.startswith("open_case") for done in edge.turn.outcomes)
        is_settled = heard & SETTLED or _is_proved(edge)
        if graph.states[edge.source].name not in NOTES and not (has_case or is_settled):
            yield Fault("P26", "a caller who says that money left is left without a case", edge)


def p26_no_debit_is_proved(graph: Graph) -> Iterator[Fault]:
    """That nothing was taken is said of a record that proves it, and of no other."""
    for edge in graph.edges:
        said = sorted(NOTHING_TAKEN & {line.id for line in edge.turn.lines})
        if said and edge.decision not in AGAIN and not str(edge.turn.facts.get("record", "")).endswith(NO_DEBIT):
            yield Fault("P26", f"{said}, and no record proves it", edge)


NOTHING_TAKEN = {"debit-none", "debit-not-taken"}
NOTES = {"voice-note-offer", "voice-note", "voice-note-nothing", "voice-note-kept"}
"""Questions that only a case leads to."""


def _charged(graph: Graph) -> Iterator[Edge]:
    """The steps of a task from the answer on that says so."""
    out, seen = graph.out(), set[int]()
    open_ = [edge for edge in graph.edges if SAID & edge.marks]
    while open_:
        edge = open_.pop()
        yield edge
        if edge.target >= 0 and edge.target not in seen and TASKS & set(graph.states[edge.target].inside):
            seen.add(edge.target)
            open_ += out[edge.target]


def _is_proved(edge: Edge) -> bool:
    """Whether a record was told in this turn that proves that the bank took nothing."""
    told = RECORDS & {line.id for line in edge.turn.lines}
    return bool(told) and str(edge.turn.facts.get("record", "")).endswith(NO_DEBIT)


def _is_rash(line: Utterance) -> bool:
    if line.id.startswith(ABOUT_KEYS):
        return False
    return any(
        re.search(RASH[one.language], one.text, re.IGNORECASE) for lang in RASH for one in words.spoken((line,), lang)
    )
