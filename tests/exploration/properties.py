"""What must hold at every place: each property takes the finished graph and yields its faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.engine.call import Dial, Moment, Wait
from ivr.engine.prompts import Menu
from tests.exploration import words
from tests.exploration.graph import FAILED, HUNG_UP, Edge, Graph, State

PERSON = {"agent", "callback-offer", "callback-number", "callback-right"}
DATA = {"top-up-is", "balance-is", "top-up-pick", "case-opened", "limit-single", "limit-daily", "limit-monthly", "limit-annual"}  # fmt: skip
SUCCESS = DATA | {"advice-succeeded", "top-up-not-received", "case-promise", "callback-promised", "callback-noted"}
NEED_PROOF = ("find_top_ups", "limits_of", "open_case")
ASKED_FOR = {"request_callback": "callback-right"}
"""Writes that the caller asks for, and the question whose yes must come right before."""


@dataclass(frozen=True)
class Fault:
    """A broken property: which, what, and the last step of the shortest call that shows it."""

    property: str
    what: str
    edge: Edge


Property = Callable[[Graph], Iterator[Fault]]


def p1_every_turn_ends_in_words(graph: Graph) -> Iterator[Fault]:
    """No turn fails, and every line renders in both languages."""
    for edge in (*graph.entries, *graph.edges):
        if edge.target == FAILED:
            yield Fault("P1", edge.turn.failure, edge)
            continue
        if not edge.turn.lines and not isinstance(edge.turn.wait, Dial):
            yield Fault("P1", "a turn says nothing", edge)
        for language in ("zh", "en"):
            try:
                words.spoken(edge.turn.lines, language)
            except Exception as error:
                yield Fault("P1", f"{type(error).__name__}: {error}", edge)


def p2_no_dead_end(graph: Graph) -> Iterator[Fault]:
    """From every place a person, the end of the call and, before a person was asked for, the main menu."""
    out = graph.out()
    for what, goals in {
        "a person": {state.number for state in graph.states if state.name in PERSON},
        "the main menu": {state.number for state in graph.states if state.name == "main-menu"},
        "the end of the call": {HUNG_UP},
    }.items():
        good = graph.reaching(goals)
        for state in graph.states:
            last_resort = _with_a_person(state) and what != "the end of the call"
            if state.number not in good and not last_resort and state.path:
                yield Fault("P2", f"{what} cannot be reached from {state.name}", state.path[-1])
    for state in graph.states:
        if not out[state.number] and state.path:
            yield Fault("P2", f"nothing follows {state.name}", state.path[-1])


def p3_zero_is_a_person(graph: Graph) -> Iterator[Fault]:
    """`0` leads to a person in one step, from every menu and entry."""
    for edge in graph.edges:
        state = graph.states[edge.source]
        if edge.label in ("0", "0#") and not _with_a_person(state) and not _reaches_person(graph, edge):
            yield Fault("P3", f"0 at {state.name} does not lead to a person", edge)


def p4_p5_no_nagging(graph: Graph) -> Iterator[Fault]:
    """Silence only, or wrong keys only, end at a person within three turns; with a person, the call ends."""
    out = graph.out()
    for kind, decisions in {"P4": ("silence", "gave-up"), "P5": ("wrong", "gave-up")}.items():
        depth: dict[int, float] = {}
        for state in graph.states:
            most = 12 if _with_a_person(state) else 3
            steps = _steps(graph, out, state.number, decisions, kind == "P4", depth, set())
            if steps > most and state.path:
                yield Fault(kind, f"from {state.name} it takes {steps} turns", state.path[-1])


def p7_counters_reset(graph: Graph) -> Iterator[Fault]:
    """A valid answer leads to a question with no failures, and a failure is counted."""
    for edge in graph.edges:
        wait = edge.turn.wait
        if not isinstance(wait, Wait) or not isinstance(graph.states[edge.source].wait, Wait):
            continue
        before = graph.states[edge.source].wait.tries  # type: ignore[union-attr]
        total = wait.tries.silences + wait.tries.wrongs
        if edge.decision in ("value", "secret", "sealed", "back", "main", "agent", "gave-up") and total:
            yield Fault("P7", f"{edge.decision} leads to {wait.name} with {total} failures counted", edge)
        if edge.decision in ("silence", "wrong") and total != before.silences + before.wrongs + 1:
            yield Fault("P7", f"a failure at {wait.name} is not counted", edge)
        if edge.decision in ("repeat", "language", "slower", "more-time", "clear") and wait.tries != before:
            yield Fault("P7", f"{edge.decision} at {wait.name} counts as a failure", edge)


def p8_proof_before_data(graph: Graph) -> Iterator[Fault]:
    """Account data and what reads it come after a verdict that was yes."""
    for edge in graph.edges:
        state = graph.states[edge.source]
        proved = any(step[:2] == ["did", "identity.judge"] and step[3] for step in (*state.past, *edge.turn.steps))
        spoken = DATA & {line.id for line in edge.turn.lines}
        touched = [done for done in edge.turn.outcomes if done.startswith(NEED_PROOF)]
        if not proved and (spoken or touched):
            yield Fault("P8", f"{sorted(spoken)} {touched} without proof", edge)
        yield from _without_the_right_proof(state, edge)


def _without_the_right_proof(state: State, edge: Edge) -> Iterator[Fault]:
    verdicts = [step for step in edge.turn.steps if step[:2] == ["did", "identity.judge"]]
    if verdicts and verdicts[-1][3] is None and "customer" in edge.turn.facts:
        yield Fault("P8", "a refused caller is taken for a customer", edge)


def p9_yes_before_a_write(graph: Graph) -> Iterator[Fault]:
    """What the caller asks for is written right after a yes, once in a turn and once in a call."""
    out = graph.out()
    for edge in graph.edges:
        done = [label.partition(":")[0] for label in edge.turn.outcomes]
        for write, question in ASKED_FOR.items():
            if write in done and (graph.states[edge.source].name, edge.turn.steps[0][3]) != (question, "yes"):
                yield Fault("P9", f"{write} without a yes to {question}", edge)
            if write in done and _again(graph, out, edge.target, write):
                yield Fault("P9", f"{write} can be done twice", edge)
        for write in (*ASKED_FOR, "open_case", "judge", "send_code", "draft_callback"):
            if done.count(write) > 1:
                yield Fault("P9", f"{write} is done {done.count(write)} times in one turn", edge)


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
    try:
        spoken = words.spoken(edge.turn.lines, language)
    except Exception:
        return
    for sentence in spoken:
        chinese = any("一" <= sign <= "鿿" for sign in sentence.text)
        if sentence.text and chinese != (sentence.language == "zh"):
            yield Fault("P13", f"not {sentence.language}: {sentence.text}", edge)


def p14_p16_keys_mean_the_same(graph: Graph) -> Iterator[Fault]:
    """`#` repeats the question, `*` goes back, 8 and 9 change how it is said; options are 1, 2, 3 … as spoken."""
    meaning = {"0": "agent", "*": "back", "#": "repeat", "8": "slower", "9": "language"}
    entry = {"0#": "agent", "*#": "clear", "**#": "main", "*8#": "slower", "*9#": "language"}
    for edge in graph.edges:
        wait = graph.states[edge.source].wait
        if not isinstance(wait, Wait):
            continue
        expected = (meaning if isinstance(wait.prompt, Menu) else entry).get(edge.label, edge.decision)
        if edge.decision != expected and not (wait.prompt.bilingual and edge.label == "9"):
            yield Fault("P16", f"{edge.label} at {wait.name} is {edge.decision}, not {expected}", edge)
        if edge.decision == "repeat" and (edge.turn.wait is None or edge.turn.wait.name != wait.name):
            yield Fault("P14", f"# at {wait.name} does not repeat it", edge)
        yield from _options_as_spoken(edge)


def _options_as_spoken(edge: Edge) -> Iterator[Fault]:
    wait = edge.turn.wait
    if not isinstance(wait, Wait) or not isinstance(wait.prompt, Menu) or wait.last[0] == "silence":
        return
    keys = [line.key for line in edge.turn.lines if line.key]
    numbered = [key for key in keys if key not in ("0", "9")]
    if numbered != [str(place) for place in range(1, len(wait.prompt.options) + 1)]:
        yield Fault("P16", f"{wait.name} speaks the keys {keys}", edge)
    for place, line in enumerate([line for line in edge.turn.lines if line.key in numbered]):
        option = wait.prompt.options[place]
        if line.id.rpartition(".")[2] not in (option, "choice"):
            yield Fault("P16", f"{wait.name}: key {line.key} is {option}, but {line.id} is said", edge)


def p18_three_rounds(graph: Graph) -> Iterator[Fault]:
    """A refusal is never on a cycle, so nobody may try without end; no path has more than three."""
    out = graph.out()
    for edge in graph.edges:
        if "judge: refused" not in edge.turn.outcomes or edge.target < 0:
            continue
        past = [*graph.states[edge.source].past, *edge.turn.steps]
        refusals = sum(step[:2] == ["did", "identity.judge"] and step[3] is None for step in past)
        if refusals > 3 or edge.source in _reachable(out, edge.target):
            yield Fault("P18", f"{refusals} refusals, and no end of it", edge)


def p20_a_leg_is_no_end(graph: Graph) -> Iterator[Fault]:
    """Whatever an agent's leg ends with, only a talk ends the call."""
    for edge in graph.edges:
        if isinstance(graph.states[edge.source].wait, Dial) and edge.label != "accepted" and edge.target == HUNG_UP:
            yield Fault("P20", f"{edge.label} ends the call", edge)


def p19_closed_rings_nobody(graph: Graph) -> Iterator[Fault]:
    """Outside opening hours, and with nobody on duty, no agent is rung."""
    for edge in graph.edges:
        duty = [done for done in edge.turn.outcomes if done.startswith("duty")]
        if duty and duty[-1] != "duty: agents" and isinstance(edge.turn.wait, Dial):
            yield Fault("P19", f"{duty[-1]}, and an agent is rung", edge)


def p21_unavailable_is_no_success(graph: Graph) -> Iterator[Fault]:
    """When the wallet does not answer, nothing is told as if it had, and a person is offered."""
    for edge in graph.edges:
        if any(done.endswith("unavailable") for done in edge.turn.outcomes):
            ids = {line.id for line in edge.turn.lines}
            if ids & SUCCESS or "wallet-unavailable" not in ids or not _reaches_person(graph, edge):
                yield Fault("P21", f"the wallet was not there, and the line says {sorted(ids)}", edge)


def p22_offers_only_where_asked(graph: Graph) -> Iterator[Fault]:
    """Promotions are spoken in their own branch only."""
    for edge in graph.edges:
        offers = any(line.id.startswith("promotion-") for line in edge.turn.lines)
        if offers and "promotions" not in graph.states[edge.source].inside:
            yield Fault("P22", "an offer outside its branch", edge)


def g12_escalation(graph: Graph) -> Iterator[Fault]:
    """The first and the second failure are answered in other words, and each silence says something."""
    heard: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for edge in graph.edges:
        wait = edge.turn.wait
        if isinstance(wait, Wait) and edge.decision in ("silence", "wrong") and edge.turn.lines:
            count = wait.tries.silences if edge.decision == "silence" else wait.tries.wrongs
            lead = edge.turn.lines[0].id
            if lead in heard[wait.name, edge.decision][3 - count] and not wait.prompt.bilingual:
                yield Fault("G12", f"the same words after each {edge.decision} at {wait.name}: {lead}", edge)
            heard[wait.name, edge.decision][count].add(lead)
            asks_again = edge.decision == "silence" and count == 1
            if not asks_again and not any(line.id.startswith(wait.name) or line.key for line in edge.turn.lines):
                yield Fault("G12", f"{wait.name} is not asked again", edge)


def _with_a_person(state: State) -> bool:
    return "speak_to_agent" in state.inside or "callback" in state.inside


def _reaches_person(graph: Graph, edge: Edge) -> bool:
    return edge.target >= 0 and graph.states[edge.target].name in PERSON


def _reachable(out: dict[int, list[Edge]], start: int) -> set[int]:
    seen, open_ = {start}, [start]
    while open_:
        for edge in out[open_.pop()]:
            if edge.target not in seen:
                seen.add(edge.target)
                open_.append(edge.target)
    return seen


def _again(graph: Graph, out: dict[int, list[Edge]], start: int, write: str) -> bool:
    if start < 0:
        return False
    return any(any(done.startswith(write) for done in edge.turn.outcomes) for place in _reachable(out, start) for edge in out[place])  # fmt: skip


def _steps(graph: Graph, out: dict[int, list[Edge]], start: int, decisions: tuple[str, ...], silent: bool, known: dict[int, float], on_way: set[int]) -> float:  # fmt: skip
    """The most turns of this policy until a person (from there: until the end); infinite on a cycle."""
    if start in known or start < 0:
        return known.get(start, 0)
    if start in on_way:
        return float("inf")
    state = graph.states[start]
    mine = [edge for edge in out[start] if _follows(state, edge, decisions, silent)]
    worst = 0.0
    for edge in mine:
        arrived = not _with_a_person(state) and _reaches_person(graph, edge)
        cost = 0 if isinstance(state.wait, Moment) else 1
        rest = 0 if arrived else _steps(graph, out, edge.target, decisions, silent, known, on_way | {start})
        worst = max(worst, cost + rest)
    known[start] = worst
    return worst


def _follows(state: State, edge: Edge, decisions: tuple[str, ...], silent: bool) -> bool:
    if not isinstance(state.wait, Wait):
        return edge.label in ("passed", "no-answer")
    return edge.decision in decisions and (edge.label == "silence") == silent


PROPERTIES: dict[str, Property] = {
    "P1 every turn ends in words, in both languages": p1_every_turn_ends_in_words,
    "P2 a person, the main menu and the end from everywhere": p2_no_dead_end,
    "P3 0 is a person in one step": p3_zero_is_a_person,
    "P4-P6 silence or wrong keys only: a person within three turns, no nagging": p4_p5_no_nagging,
    "P7 counters": p7_counters_reset,
    "P8 proof before account data": p8_proof_before_data,
    "P9 yes before a write, once": p9_yes_before_a_write,
    "P13 one language": p13_one_language,
    "P14, P16 keys mean the same everywhere": p14_p16_keys_mean_the_same,
    "P18 at most three rounds": p18_three_rounds,
    "P19 closed rings nobody": p19_closed_rings_nobody,
    "P20 a leg's end is no dead end": p20_a_leg_is_no_end,
    "P21 unavailable is no success": p21_unavailable_is_no_success,
    "P22 offers only where asked": p22_offers_only_where_asked,
    "G12 other words at each failure": g12_escalation,
}


def faults(graph: Graph) -> list[Fault]:
    """Every fault; of one kind and place only the one with the shortest call."""
    found: dict[tuple[str, str], Fault] = {}
    for holds in PROPERTIES.values():
        for fault in holds(graph):
            kept = found.setdefault((fault.property, fault.what), fault)
            if _length(graph, fault.edge) < _length(graph, kept.edge):
                found[fault.property, fault.what] = fault
    return sorted(found.values(), key=lambda fault: _length(graph, fault.edge))


def _length(graph: Graph, edge: Edge) -> int:
    return len(graph.states[edge.source].path) if edge.source >= 0 else 0
