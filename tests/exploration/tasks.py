"""What a task costs a caller: inputs and seconds from the greeting to the answer, by the quickest way.

The caller hears everything for the first time: a menu until the key is named that is pressed, a question to its end,
an announcement to its end. An entry is one input, whatever its length; keys take no time, and neither does the wait
for a text. Seconds are of the model of speech in `ivr/checks/speech_timeline.py`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from ivr.engine.prompts import Menu
from ivr.engine.utterances import Utterance
from ivr.engine.waits import Announcement, Wait
from tests.exploration import words
from tests.exploration.driving import Turn
from tests.exploration.finding import PERSON
from tests.exploration.graph import Edge, Graph, State

RESUMED = "go-on"
"""The offer to go on with a call that broke off: somebody who calls for the first time does not hear it."""
PASSED = "passed"
"""The label of a step after an announcement: nobody presses anything."""


@dataclass(frozen=True)
class Task:
    """What a caller wants: `answered` says whether a step tells it, and from which of its words on.

    `inputs` and `seconds`: the most that it may take. `not_counted`: questions whose answers are no inputs. `said`: a
    message that has to be said before.
    """

    name: str
    answered: Callable[[Edge, Graph], int | None]
    inputs: int
    seconds: float
    not_counted: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Cost:
    """The quickest way to the answer: inputs, seconds, and its steps."""

    inputs: int
    seconds: float
    way: tuple[Edge, ...]


def told(*messages: str) -> Callable[[Edge, Graph], int | None]:
    """The answer is the first of these messages (the beginning of an id is enough)."""

    def answered(edge: Edge, graph: Graph) -> int | None:
        places = (place for place, line in enumerate(edge.turn.lines) if line.id.startswith(messages))
        return next(places, None)

    return answered


def arrived(*names: str) -> Callable[[Edge, Graph], int | None]:
    """The answer is to get to one of these places."""
    return lambda edge, graph: 0 if edge.target >= 0 and graph.states[edge.target].name in names else None


TASKS = (
    Task("it is told why a top-up failed, verified", told("advice-unknown"), 8, 75),
    Task("a dispute of a double charge is filed", told("dispute-filed"), 11, 110, said="dispute-because-duplicate"),
    Task(
        "the account is frozen, but for number and tail",
        told("freeze-done"),
        4,
        60,
        ("identify-number", "identify-tail"),
    ),
    Task("the balance is told, verified", told("balance-is"), 7, 75),
    Task("a person is called", arrived(*PERSON), 1, 20),
)


def cost(graph: Graph, task: Task, language: str) -> Cost | None:
    """The quickest way of a caller who calls for the first time; None: there is none."""
    heard = _Heard(language)
    out, number = graph.out(), count()
    open_: list[tuple[float, int, int, tuple[Edge, ...]]] = [
        (0.0, 0, next(number), (edge,)) for edge in graph.entries if _is_first_call(edge)
    ]
    seen: set[tuple[int, int, bool]] = set()
    while open_:
        seconds, inputs, _, way = heapq.heappop(open_)
        last = way[-1]
        place = task.answered(last, graph)
        heard_it = not task.said or any(line.id == task.said for step in way for line in step.turn.lines)
        if place is not None and heard_it:
            return Cost(inputs, seconds + heard.words(last.turn.lines[:place]), way)
        here = (last.target, id(last.turn), heard_it)
        if last.target < 0 or here in seen or graph.states[last.target].name == RESUMED:
            continue
        seen.add(here)
        state = graph.states[last.target]
        for step in out[last.target]:
            taken = heard.until(state, last, step)
            if taken is not None:
                counted = step.label != PASSED and state.name not in task.not_counted
                heapq.heappush(open_, (seconds + taken, inputs + counted, next(number), (*way, step)))
    return None


def _is_first_call(edge: Edge) -> bool:
    return edge.turn.inside[:1] == ("answer",) and edge.target >= 0 and not edge.turn.facts.get("remembered")


class _Heard:
    """Seconds that a caller listens, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._turns: dict[int, tuple[float, list[float]]] = {}

    def words(self, lines: tuple[Utterance, ...]) -> float:
        """All of these words."""
        return words.length(lines, self.language)

    def turn(self, turn: Turn) -> tuple[float, list[float]]:
        """All words of a turn, and the seconds until each key is named."""
        if id(turn) not in self._turns:
            lines = turn.lines
            self._turns[id(turn)] = self.words(lines), words.to_options(lines, self.language)
        return self._turns[id(turn)]

    def until(self, state: State, came: Edge, step: Edge) -> float | None:
        """From arriving at a place until this step; None: a first-time caller does not take it."""
        whole, times = self.turn(came.turn)
        if isinstance(state.wait, Announcement):
            return whole if step.label == PASSED else None
        if not isinstance(state.wait, Wait) or step.decision not in ("value", "secret", "sealed", "agent"):
            return None
        if not isinstance(state.wait.prompt, Menu) or len(step.label) != 1:
            return whole
        place = _place(state.wait.prompt, step.label)
        return times[min(place, len(times) - 1)] if times else whole


def _place(menu: Menu, key: str) -> int:
    """Which of the options that are named is that of a key: 0 comes last."""
    return len(menu.options) if key == "0" else int(key) - 1
