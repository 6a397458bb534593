"""Deployments between any two keys: flows that are changed in front of a question, and a key to what was heard
before.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace as other

from ivr.engine import stored_wait
from ivr.engine.call import FIRST, NO_FAILURES, Call
from ivr.engine.errors import Diverged
from ivr.engine.live_turn import Input
from ivr.engine.prompts import Confirm, Menu
from ivr.engine.replay import History, Replayer
from ivr.engine.runtime import RootFlow
from ivr.engine.waits import CallerWait, Wait
from tests.exploration.driving import NOON, SEALER, Scripted, inputs
from tests.exploration.finding import Fault
from tests.exploration.graph import Graph, State

FREEZE = Wait(Confirm("freeze-now"), NO_FAILURES, (), {}, FIRST, False)
MERGED = "RuntimeError"
"""A question that is removed makes one turn of two, and the engine refuses a look outside after a write: it is rolled
back."""
KEYS = ("1", "2")
"""Enough to tell options apart: every question has a first, and most a second."""


def inserted(asked: Wait) -> Generator[Any, Any, Any]:
    """An act is confirmed before this question is asked."""
    yield FREEZE
    return (yield asked)


def removed(asked: Wait) -> Generator[Any, Any, Any]:
    """The question is not asked any more; its first answer goes without saying."""
    return ("value", asked.prompt.options[0] if isinstance(asked.prompt, Menu) else None)
    yield


def renamed(asked: Wait) -> Generator[Any, Any, Any]:
    """The question has another name."""
    return (yield other(asked, prompt=replace(asked.prompt, name=f"{asked.name}-new")))


def reordered(asked: Wait) -> Generator[Any, Any, Any]:
    """Its options stand in the reverse order, behind a new one."""
    if not isinstance(asked.prompt, Menu) or len(asked.prompt.options) > 6:
        return (yield asked)
    options = ("new", *reversed(asked.prompt.options))
    return (yield other(asked, prompt=asked.prompt.offering(options)))


def acting(asked: Wait) -> Generator[Any, Any, Any]:
    """A question of the same name does something now."""
    return (yield other(asked, prompt=Confirm(asked.name)))


def swapped(asked: Wait) -> Generator[Any, Any, Any]:
    """The same question, about another record: every value that was heard before it is another one."""
    said = tuple(other(one, args=dict.fromkeys(one.args, "another")) for one in asked.said)
    return (yield other(asked, said=said, context=said if asked.context else ()))


Change = Callable[[Wait], Generator[Any, Any, Any]]
CHANGES: tuple[Change, ...] = (inserted, removed, renamed, reordered, acting)
EVERYWHERE = -1
"""In place of the number of a question."""


@types.coroutine
def _deployed(flow: Coroutine[Any, Any, Any], at: int, change: Change) -> Generator[Any, Any, None]:
    """The flow, with a change at its question number `at`."""
    number, answer = 0, None
    while True:
        try:
            request = flow.send(answer)
        except StopIteration:
            return
        if not isinstance(request, Wait):
            answer = yield request
            continue
        answer = yield from change(request) if at in (number, EVERYWHERE) else _unchanged(request)
        number += 1


def _unchanged(request: Wait) -> Generator[Any, Any, Any]:
    return (yield request)


def changed(root_flow: RootFlow, at: int, change: Change) -> RootFlow:
    """The root flow as it is after a deployment."""

    async def deployed(call: Call) -> None:
        await _deployed(root_flow(call), at, change)

    return deployed


@dataclass
class Listening(Scripted):
    """Notes which question was answered by what the caller keyed, and as what."""

    answered: list[tuple[str, Any]] = field(default_factory=list)

    def answer(self, wait: CallerWait) -> tuple[str, Any] | None:
        """As on a real line."""
        decision = super().answer(wait)
        if decision is not None and not self.answered:
            self.answered.append((wait.name, decision))
        return decision

    @property
    def keys_did(self) -> list[str]:
        """The writes that the key led to."""
        return [name for name, _ in self.given]


def p25_a_deployment_answers_no_question_that_was_not_heard(graph: Graph) -> Iterator[Fault]:
    """For every question, and every one on the way there: inserted, removed, renamed, reordered, made to act, about
    another record.

    The call goes on with the answer that was meant, or it has diverged; it never takes the key for another answer.
    """
    for state in _each_question(graph):
        heard = _stop(state)
        if not isinstance(heard, Wait):
            continue
        for key, keyed in inputs(heard):
            if key not in KEYS and not (isinstance(keyed.keys, str) and key[:1].isdigit() and len(key) > 2):
                continue
            yield from (Fault("P25", what, state.came) for what in _deployments(state, heard, keyed))


def _deployments(state: State, heard: Wait, keyed: Input) -> Iterator[str]:
    """What is wrong after each change in front of this question."""
    meant = heard.prompt.decide(keyed.keys, heard.failures, NOON)[0]
    asked_before = sum(step[0] == "answer" for step in state.past)
    if _is_about_a_record(heard):
        live, _ = _key_after(changed(state.begin.root_flow, EVERYWHERE, swapped), state, heard, keyed)
        if live.answered:
            yield f"the key at {heard.name} is taken for another record"
    for change in CHANGES:
        for at in range(asked_before + 1):
            live, failure = _key_after(changed(state.begin.root_flow, at, change), state, heard, keyed)
            same = live.answered in ([], [(heard.name, meant)]) or _is_secret(live.answered, heard.name, meant)
            if not same:
                yield f"{change.__name__} before {heard.name}: the key is {live.answered}, and meant {meant}"
            if failure not in ("", MERGED) and live.keys_did:
                yield f"{change.__name__} before {heard.name}: {failure}, after {live.keys_did}"


def _is_about_a_record(heard: Wait) -> bool:
    """Whether a yes or no is about values that were heard before the question."""
    return isinstance(heard.prompt, Confirm) and any(one.args for one in heard.said)


def _is_secret(answered: list[tuple[str, Any]], name: str, meant: tuple[str, Any]) -> bool:
    """What is personal is compared by its kind: it cannot be looked at."""
    return answered[0][0] == name and answered[0][1][0] == meant[0] and meant[0] in ("secret", "sealed")


def _key_after(root_flow: RootFlow, state: State, heard: Wait, keyed: Input) -> tuple[Listening, str]:
    """The turn of that key in the changed root flow; why it failed, unless it has diverged."""
    call = Call("CA1", state.begin.language, False, dict(state.begin.facts))
    runtime: Any = SimpleNamespace(sealer=SEALER)
    nowhere: Any = None
    live = Listening(runtime, call, 1, keyed, NOON, inf, nowhere, root_flow=root_flow)
    past = History(NOON, [(NOON, step) for step in state.past], stored_wait.store(heard))
    try:
        Replayer(call, past, live, NOON).run(root_flow)
    except Diverged:
        return live, ""
    except Exception as error:
        return live, type(error).__name__
    return live, ""


def _stop(state: State) -> CallerWait | None:
    """The question as the caller heard it there, with all that was said before it."""
    call = Call("CA1", state.begin.language, False, dict(state.begin.facts))
    runtime: Any = SimpleNamespace(sealer=SEALER)
    nowhere: Any = None
    live = Scripted(runtime, call, 1, None, NOON, inf, nowhere, root_flow=state.begin.root_flow)
    return (
        Replayer(call, History(NOON, [(NOON, step) for step in state.past]), live, NOON).run(state.begin.root_flow).wait
    )


def _each_question(graph: Graph) -> list[State]:
    """The nearest place of each question in each root flow, as it is asked first and after a failure."""
    found: dict[tuple[str, str, bool], State] = {}
    for state in graph.states:
        tried = isinstance(state.wait, Wait) and state.wait.failures != NO_FAILURES
        found.setdefault((state.begin.root_flow.__name__, state.name, tried), state)
    return list(found.values())
