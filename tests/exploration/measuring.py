"""Figures of the explored graph: seconds by the model, keys by the shortest way."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from ivr.engine.prompts import Ask, Menu
from ivr.engine.utterances import PAUSE, PAUSE_AGAIN, Utterance
from ivr.engine.waits import Announcement, Dial, Wait
from tests.exploration import words
from tests.exploration.finding import PERSON
from tests.exploration.graph import Edge, Graph, State


def distinct(edges: Iterable[Edge]) -> list[Edge]:
    """One for each thing that is said."""
    return list({(repr(edge.turn.lines), type(edge.turn.wait)): edge for edge in edges}.values())


def asks_first(edge: Edge) -> bool:
    wait = edge.turn.wait
    return isinstance(wait, Wait) and isinstance(wait.prompt, Menu) and wait.last[0] == "first"


def question(edge: Edge) -> tuple:
    wait = edge.turn.wait
    assert isinstance(wait, Wait)
    return edge.turn.lines[len(wait.context) :]


def before(edge: Edge) -> tuple:
    wait = edge.turn.wait
    return wait.context if isinstance(wait, Wait) else edge.turn.lines


def parts(lines: tuple) -> list[tuple]:
    """Words between pauses: at each of these the caller is told the key that says it all again, and has
    time for any.
    """
    parts: list[tuple] = [()]
    for line in lines:
        parts[-1] += (line,)
        if line.id in (PAUSE, PAUSE_AGAIN):
            parts.append(())
    return parts


def menus(graph: Graph) -> set[Menu]:
    return {
        state.wait.prompt
        for state in graph.states
        if isinstance(state.wait, Wait) and isinstance(state.wait.prompt, Menu)
    }


def menus_before_a_task(graph: Graph) -> int:
    """The most menus, over all tasks, on the shortest way into the function that is the task; the language is none."""
    first: dict[tuple[str, ...], int] = {}
    for state in graph.states:
        task = state.flows[:4]
        if task[:2] == ("answer", "main_menu") and len(task) == 4:
            passed = [graph.states[edge.source].wait for edge in state.path if edge.source >= 0]
            count = sum(isinstance(wait, Wait) and wait.name != "choose-language" for wait in passed)
            first[task] = min(first.get(task, 99), count)
    return max(count for task, count in first.items() if task[3] != "was_it_solved")


def told_at_the_end(*messages: str) -> Callable[[State], bool]:
    """Whether a task ends here, and one of these was said (the beginning of an id is enough)."""
    return lambda state: (
        state.name in ("was-it-solved", "voice-note-offer")
        and any(line.id.startswith(messages) for line in state.came.turn.lines)
    )


def told(message: str) -> Callable[[State], bool]:
    """Whether this was said on arriving here."""
    return lambda state: any(line.id == message for line in state.came.turn.lines)


def fewest(graph: Graph, goal: Callable[[State], bool]) -> int:
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
            after = cost + keys(graph.states[place].wait, edge.label)
            if edge.target >= 0 and after < best.get(edge.target, 999):
                best[edge.target] = after
                heapq.heappush(open_, (after, edge.target))
    return 999


def keys(wait: Wait | Dial | Announcement, label: str) -> int:
    counts = (
        isinstance(wait, Wait)
        and isinstance(wait.prompt, Menu)
        and not (wait.name == "choose-language" and label in "12")
    )
    return len(label) if counts else 0


WAITED_FOR = {"identify-code"}
"""What is asked for has to arrive and to be found first."""


def timeouts(graph: Graph) -> list[tuple[int, int]]:
    """Seconds of silence, shortest and longest: at menus, at entries, after "more time"."""
    waits = [edge.turn.wait for edge in graph.edges if isinstance(edge.turn.wait, Wait)]
    asked = [
        [
            wait.timeout
            for wait in waits
            if isinstance(wait.prompt, kind) and wait.last[0] == "first" and wait.name not in WAITED_FOR
        ]
        for kind in (Menu, Ask)
    ]
    more = [wait.timeout for wait in waits if wait.last[0] == "more-time"]
    return [(min(times), max(times)) for times in (*asked, more)]


def pauses(menus: list[Edge], language: str) -> tuple[float, float]:
    """Seconds between two options, shortest and longest."""
    found = {
        float(one) / 1000
        for edge in menus
        for one in re.findall(r'time="(\d+)ms"', words.document(question(edge), language))
    }
    return min(found), max(found)


def sizes(edges: list[Edge], language: str) -> tuple[int, int, int]:
    """Bytes of the longest `<Say>`, of its URL-encoded form, and of the longest document."""
    documents = [words.document(edge.turn.lines, language) for edge in edges]
    says = [one for document in documents for one in re.findall(r"<Say[^>]*>(.*?)</Say>", document, re.DOTALL)]
    return (
        max(len(one.encode()) for one in says),
        max(len(quote(one)) for one in says),
        max(len(one.encode()) for one in documents),
    )


def digits(edges: list[Edge], language: str) -> int:
    wrong = {"zh": re.compile(r"[0-9０-９%$¥]"), "en": re.compile(r"\d{5}")}
    spoken = {one for edge in edges for one in words.spoken(edge.turn.lines, language)}
    return sum(bool(wrong[one.language].search(one.text)) for one in spoken)


def repeats(graph: Graph) -> list[bool]:
    """For each `#` that repeats: the words of the turn that asked, also after a silence or a wrong key."""
    return [
        edge.turn.lines == _asked(graph.states[edge.source]).came.turn.lines
        for edge in graph.edges
        if edge.decision == "repeat"
    ]


def _asked(state: State) -> State:
    """The place where this question was asked for the first time."""
    while state.before is not None and isinstance(state.wait, Wait) and state.wait.last[0] != "first":
        state = state.before
    return state


def other_language(graph: Graph) -> list[bool]:
    """For each 9: the same question with the same failures counted."""
    same = []
    for edge in graph.edges:
        wait, after = graph.states[edge.source].wait, edge.turn.wait
        if edge.decision == "language" and isinstance(wait, Wait):
            same.append(isinstance(after, Wait) and (after.name, after.failures) == (wait.name, wait.failures))
    return same


LONG = {
    "identify": "identified",
    "failed_top_up": "advice-unknown",
    "failed_payment": "payment-unknown",
    "freeze_account": "freeze-done",
    "investigate": "case-opened",
    "dispute": "dispute-filed",
}
"""Flows of more than two steps, and what is said when the caller has what they came for."""
STEPS = re.compile(r"[两三四五]步|最后一步|\b(two|three|four|five) steps\b|\b[Ll]ast step\b")


def oriented(graph: Graph) -> dict[str, bool]:
    """For each long flow: it is said where the caller is, how far, and that it is done.

    What counts is what was spoken: "Last step." before the amount and the payee of a dispute is heard like any other,
    so a message is rendered with the values of its turn, not without.
    """
    said: dict[str, dict[str, Utterance]] = {flow: {} for flow in LONG}
    entered: dict[str, set[bool]] = {flow: set() for flow in LONG}
    for edge in graph.edges:
        came = graph.states[edge.source].came.turn.inside
        for flow in LONG.keys() & {*edge.turn.inside, *came}:
            said[flow].update((line.id, line) for line in edge.turn.lines)
            if flow not in came:
                entered[flow].add(bool(edge.turn.lines))
    return {
        flow: entered[flow] == {True}
        and done in said[flow]
        and all(_says_how_far(said[flow].values(), lang) for lang in ("zh", "en"))
        for flow, done in LONG.items()
    }


def _says_how_far(lines: Iterable[Utterance], language: str) -> bool:
    return any(STEPS.search(words.said(line, language).text) for line in lines)


def silent(graph: Graph, language: str) -> float:
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
