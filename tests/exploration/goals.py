"""The goals of a good dialogue, measured on everything that was explored: seconds by the model, keys by the shortest way."""

from __future__ import annotations

import heapq
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from ivr.engine.call import PAUSE, PAUSE_AGAIN, Dial, Moment, Wait
from ivr.engine.prompts import Ask, Menu
from tests.exploration import words
from tests.exploration.finding import PERSON
from tests.exploration.graph import Edge, Graph, State

BOTH = ("zh", "en")
ELSEWHERE = {
    "G11 the third failure leads to a person": "properties P4-P6",
    "P11 an older turn gets its stored reply; P12 nothing happens after a hang-up": "tests/engine/test_turns.py and tests/web/test_notices.py",
    "P15 no task is deep": "G7 to G10 above",
    "G12 other words at each failure": "property G12",
    "G15 label before key; G16 keys from 1 without a gap": "the prompt linter, and property P16",
    "G17 no dead end": "property P2",
    "G18 every prompt in both languages": "property P1 and the prompt linter",
    "G28 whisper of at most 12 s, and a whole summary": "tests/call_flows/test_summary.py",
    "G29 orientation: where am I, how far": "not measured",
    "G31 zh:en between 0.65 and 1.5; G32 short sentences, no jargon": "the prompt linter",
    "G34 a whole task typed ahead": "property P24 and tests/call_flows/test_keys.py",
}


def table(graph: Graph) -> list[str]:
    """Rows: goal, target, Mandarin, English; then the goals that are proved elsewhere."""
    rows = [f"| {goal} | {target} | {' | '.join(found)} |" for goal, target, found in _measured(graph)]
    return [*rows, *(f"| {goal} | | {where} | |" for goal, where in ELSEWHERE.items())]


def _measured(graph: Graph) -> Iterator[tuple[str, str, list[str]]]:
    menus = _distinct(edge for edge in graph.edges if _asks_first(edge))
    greetings = [edge for edge in graph.entries if edge.turn.inside[:1] == ("answer",)]
    everything = _distinct((*graph.entries, *graph.edges))
    deaf, transfers = ([edge for edge in everything if isinstance(edge.turn.wait, kind)] for kind in (Moment, Dial))
    yield "G1 greeting until the first key", "8 s", _spread(greetings, lambda edge, lang: words.to_options(edge.turn.lines, lang)[:1])  # fmt: skip
    yield "G2 menu until each key", "median 8 s, most 20 s", _spread(menus, lambda edge, lang: words.to_options(_question(edge), lang))  # fmt: skip
    yield "G3 whole menu", "20 s, main 22 s", _spread(menus, lambda edge, lang: [words.length(_question(edge), lang)])
    yield (
        "G4 words that no key can stop",
        "5 s",
        _spread(deaf, lambda edge, lang: [words.length(edge.turn.lines, lang)]),
    )
    yield "G4 the announcement of a transfer, with its reason", "", _spread(transfers, lambda edge, lang: [words.length(edge.turn.lines, lang)])  # fmt: skip
    yield "G5 words before a control point", "25 s", _spread(everything, lambda edge, lang: [words.length(part, lang) for part in _parts(_before(edge))])  # fmt: skip
    yield "G6 options of a menu", "5, leaves 7", [str(max(len(menu.options) for menu in _menus(graph)))] * 2
    yield "G7 menus before a task asks or answers", "3", [str(_menus_before_a_task(graph))] * 2
    yield "G8 keys to a person, from the greeting", "2", [str(_fewest(graph, lambda state: state.name in PERSON))] * 2
    yield (
        "G9 keys to freeze the account, but for number and tail",
        "6",
        [str(_fewest(graph, lambda state: state.name == "freeze-now") + 1)] * 2,
    )
    yield "G10 keys of menus to the end of a task: promotions", "3", [_keys_to_an_answer(graph, "promotions")] * 2
    yield "G10 keys of menus to the end of a task: why a top-up failed", "7", [_keys_to_an_answer(graph, "failed")] * 2
    yield "G13 silence before it counts: menus, entries, more time", "5-7, 8-10, 30 s", [_timeouts(graph)] * 2
    yield "G14 pause between two options", "0.5-0.75 s", [_pauses(menus, lang) for lang in BOTH]
    yield "G26 longest Say, and its URL-encoded form; document", "3000, 4500; 64000 bytes", [_sizes(everything, lang) for lang in BOTH]  # fmt: skip
    yield (
        "G27 digits left in speech (zh any, en more than four)",
        "0",
        [str(_digits(everything, lang)) for lang in BOTH],
    )
    yield "G30 # says the same again", "100 %", [_repeats(graph)] * 2
    yield "G33 a silent caller until a person", "60 s", [f"{_silent(graph, lang):.0f} s" for lang in BOTH]
    yield "G35 9 changes the language and nothing else", "100 %", [_other_language(graph)] * 2


def _spread(edges: list[Edge], measure: Callable[[Edge, str], list[float]]) -> list[str]:
    found = [[one for edge in edges for one in measure(edge, lang)] or [0.0] for lang in BOTH]
    return [f"median {statistics.median(all_):.1f}, most {max(all_):.1f} s" for all_ in found]


def _distinct(edges: Iterable[Edge]) -> list[Edge]:
    """One for each thing that is said."""
    return list({(repr(edge.turn.lines), type(edge.turn.wait)): edge for edge in edges}.values())


def _asks_first(edge: Edge) -> bool:
    wait = edge.turn.wait
    return isinstance(wait, Wait) and isinstance(wait.prompt, Menu) and wait.last[0] == "first"


def _question(edge: Edge) -> tuple:
    wait = edge.turn.wait
    assert isinstance(wait, Wait)
    return edge.turn.lines[len(wait.context) :]


def _before(edge: Edge) -> tuple:
    wait = edge.turn.wait
    return wait.context if isinstance(wait, Wait) else edge.turn.lines


def _parts(lines: tuple) -> list[tuple]:
    """Words between pauses: at each of these the caller is told the key that says it all again, and has time for any."""
    parts: list[tuple] = [()]
    for line in lines:
        parts[-1] += (line,)
        if line.id in (PAUSE, PAUSE_AGAIN):
            parts.append(())
    return parts


def _menus(graph: Graph) -> set[Menu]:
    return {state.wait.prompt for state in graph.states if isinstance(state.wait, Wait) and isinstance(state.wait.prompt, Menu)}  # fmt: skip


def _menus_before_a_task(graph: Graph) -> int:
    """The most menus, over all tasks, on the shortest way into the function that is the task; the language is none."""
    first: dict[tuple[str, ...], int] = {}
    for state in graph.states:
        task = state.inside[:4]
        if task[:2] == ("answer", "main_menu") and len(task) == 4:
            passed = [graph.states[edge.source].wait for edge in state.path if edge.source >= 0]
            count = sum(isinstance(wait, Wait) and wait.name != "choose-language" for wait in passed)
            first[task] = min(first.get(task, 99), count)
    return max(count for task, count in first.items() if task[3] != "was_it_solved")


def _keys_to_an_answer(graph: Graph, about: str) -> str:
    def answered(state: State) -> bool:
        lines = {line.id for line in state.came.turn.lines}
        told = any(one.startswith("advice-") for one in lines) if about == "failed" else about in state.inside
        return state.name == "was-it-solved" and told

    return str(_fewest(graph, answered))


def _fewest(graph: Graph, goal: Callable[[State], bool]) -> int:
    """Keys of menus on the cheapest way; the language and what is typed in entries are not counted."""
    greeted = [edge for edge in graph.entries if edge.turn.inside[:1] == ("answer",)]
    out, best = graph.out(), {edge.target: 0 for edge in greeted}
    open_ = [(0, place) for place in best]
    while open_:
        cost, place = heapq.heappop(open_)
        if goal(graph.states[place]):
            return cost
        for edge in out[place]:
            if edge.label == "silence":
                continue
            after = cost + _keys(graph.states[place].wait, edge.label)
            if edge.target >= 0 and after < best.get(edge.target, 999):
                best[edge.target] = after
                heapq.heappush(open_, (after, edge.target))
    return 999


def _keys(wait: Wait | Dial | Moment, label: str) -> int:
    counts = (
        isinstance(wait, Wait)
        and isinstance(wait.prompt, Menu)
        and not (wait.name == "choose-language" and label in "12")
    )
    return len(label) if counts else 0


def _timeouts(graph: Graph) -> str:
    waits = [edge.turn.wait for edge in graph.edges if isinstance(edge.turn.wait, Wait)]
    found = []
    for kind in (Menu, Ask):
        times = sorted({wait.timeout for wait in waits if isinstance(wait.prompt, kind) and wait.last[0] == "first"})
        found.append(f"{times[0]}-{times[-1]}")
    more = {wait.timeout for wait in waits if wait.last[0] == "more-time"}
    return f"{', '.join(found)}, {max(more, default=0)} s"


def _pauses(menus: list[Edge], language: str) -> str:
    found = {float(one) / 1000 for edge in menus for one in re.findall(r'time="(\d+)ms"', words.document(_question(edge), language))}  # fmt: skip
    return f"{min(found)}-{max(found)} s"


def _sizes(edges: list[Edge], language: str) -> str:
    documents = [words.document(edge.turn.lines, language) for edge in edges]
    says = [one for document in documents for one in re.findall(r"<Say[^>]*>(.*?)</Say>", document, re.DOTALL)]
    return (
        f"{max(len(one.encode()) for one in says)}, {max(len(quote(one)) for one in says)}; {max(map(len, documents))}"
    )


def _digits(edges: list[Edge], language: str) -> int:
    wrong = {"zh": re.compile(r"[0-9０-９%$¥]"), "en": re.compile(r"\d{5}")}
    spoken = {one for edge in edges for one in words.spoken(edge.turn.lines, language)}
    return sum(bool(wrong[one.language].search(one.text)) for one in spoken)


def _repeats(graph: Graph) -> str:
    same = [
        edge.turn.lines == graph.states[edge.source].came.turn.lines
        for edge in graph.edges
        if edge.decision == "repeat" and _asks_first(graph.states[edge.source].came)
    ]
    return f"{100 * sum(same) / len(same):.0f} % of {len(same)}"


def _other_language(graph: Graph) -> str:
    same = []
    for edge in graph.edges:
        wait, after = graph.states[edge.source].wait, edge.turn.wait
        if edge.decision == "language" and isinstance(wait, Wait):
            same.append(isinstance(after, Wait) and (after.name, after.tries) == (wait.name, wait.tries))
    return f"{100 * sum(same) / len(same):.0f} % of {len(same)}"


def _silent(graph: Graph, language: str) -> float:
    """Seconds from the first word until a person is rung or offered, for the caller who never does anything."""
    out, worst = graph.out(), 0.0
    for entry in graph.entries:
        took, edge = 0.0, entry
        while edge.target >= 0 and graph.states[edge.target].name not in PERSON:
            wait = edge.turn.wait
            took += words.length(edge.turn.lines, language) + (wait.timeout if isinstance(wait, Wait) else 0)
            edge = next(one for one in out[edge.target] if one.label in ("silence", "passed"))
        worst = max(worst, took)
    return worst
