"""One turn of a call in this process: the real Player, Call and prompts, effects answered from data."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from types import SimpleNamespace
from typing import Any

from ivr.engine.call import Call
from ivr.engine.effects import EffectRequest
from ivr.engine.errors import Unavailable
from ivr.engine.journal import LastTurn
from ivr.engine.live_turn import Input, LiveTurn
from ivr.engine.prompts import UNKNOWN, Menu, Record, Recorded
from ivr.engine.replay import History, Replayer
from ivr.engine.runtime import RootFlow
from ivr.engine.utterances import Utterance
from ivr.engine.waits import Announcement, Dial, Queue, Wait
from tests.exploration.outcomes import DEAD, OUTCOMES, Outcome
from tests.exploration.positions import functions, position
from tests.exploration.sharing import shared, shared_facts, shared_wait, shared_words

NOON = datetime.fromisoformat("2026-11-23T15:00:00+08:00")
START = {
    "wallet": "haiyun",
    "name": {"zh": "海云钱包", "en": "Haiyun Wallet"},
    "caller_mark": "mark",
    "caller_tail": "0001",
}
SEALER = SimpleNamespace(seal=lambda text: f"sealed {text}", open=lambda token: token.removeprefix("sealed "))
TOKENS = {
    "top-up-amount": ["68*50#", "*50#", "123456789#"],
    "top-up-date": ["1120", "1340", "11#"],
    "payment-amount": ["68*50#", "*50#"],
    "payment-date": ["1120", "1340"],
    "search-amount": ["68*50#", "*50#"],
    "search-date": ["1120", "1340"],
    "search-time": ["1420#", "2560#"],
    "dispute-amount": ["68*50#", "*50#"],
    "dispute-refund-day": ["1120", "1340"],
    "dispute-cancel-day": ["1120", "1340"],
    "case-reference": ["730415206", "123#"],
    "safety-number": ["13800000000#", "12#"],
    "identify-number": ["1#", "13800000000#", "123#", "1234567890123456#"],
    "identify-tail": ["12345*", "12#"],
    "identify-code": ["123456", "12#"],
    "identify-pin": ["123456", "12#"],
    "callback-number": ["13800000000#", "12#"],
}
OFFER_ONCE = ("to_person", "closed", "rescue")
"""Stories that offer a callback once and end: none is promised before. Nor is one before a language is chosen."""
RECORDING = "RE" + "1" * 32
QUEUE_ENDS = ("answered", "callback", "note", "menu", "closed", "failed")
LEGS = ("accepted", "declined", "busy", "no-answer", "failed")


@dataclass(frozen=True, slots=True)
class Turn:
    """How a turn ended: the wait and its position (None: hung up, or failed), what was said and done.

    `inside` and `modules`: the functions that wait, outermost first, and where each of them stands. `opened_by`:
    whose choice `*` takes back. `given`: what each touch and each write was given.
    """

    wait: Wait | Dial | Announcement | None
    key: bytes | None
    lines: tuple[Utterance, ...]
    steps: tuple[Any, ...]
    outcomes: tuple[str, ...]
    inside: tuple[str, ...]
    modules: tuple[str, ...]
    facts: dict[str, Any]
    language: str
    opened_by: str = ""
    given: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    alternatives: tuple[int, ...] = ()
    failure: str = ""

    @property
    def flow(self) -> str:
        """The call flow of the innermost function that waits."""
        return self.modules[-1].rpartition(".")[2] if self.modules else ""


@dataclass
class Scripted(LiveTurn):
    """The live part of a turn whose effects answer by a script; past its end, the first outcome."""

    root_flow: RootFlow | None = None
    script: tuple[int, ...] = ()
    wrote: bool = False
    labels: list[str] = field(default_factory=list)
    given: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    alternatives: list[int] = field(default_factory=list)
    slow: bool = False
    flow: Coroutine[Any, Any, Any] | None = None
    key: bytes | None = None
    inside: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    opened_by: str = ""

    def start(self, call: Call) -> Coroutine[Any, Any, Any]:
        """The root flow, of which we need to know where it waits."""
        assert self.root_flow
        self.flow = self.root_flow(call)
        return self.flow

    @property
    def root_flow_name(self) -> str:
        return self.root_flow.__name__ if self.root_flow else ""

    def answer(self, wait: Wait | Dial | Announcement) -> tuple[str, Any] | None:
        """As on a real line; where nobody has answered yet, the place is noted."""
        decision = super().answer(wait)
        if decision is None and self.flow is not None:
            self.inside, self.modules, self.opened_by = functions(self.flow)
            self.key = position(self.flow, self.call, wait)
        return decision

    def wants_filler(self) -> bool:
        """Whether the outside is slow now, and nothing was heard of it in this turn."""
        return self.slow and not self.heard_filler and not self.wrote

    def run_effect(self, do: EffectRequest) -> tuple[str, Any]:
        """The outcome that the script names; the engine's rule on touches after writes holds here too."""
        effect = do.effect
        if effect.kind == "touch":
            if self.wrote:
                raise RuntimeError(f"{do.name} reaches outside after a write in the same turn")
            self.keys = None
        self.wrote = self.wrote or effect.kind == "write"
        label, verdict, plain = self._chosen(do.name)
        short = do.name.rpartition(".")[2]
        self.labels.append(f"{short}: {label}")
        if effect.kind != "read":
            self.given.append((short, do.args))
        self.outside_failed = self.outside_failed or plain == Unavailable.__name__
        return verdict, plain

    def _chosen(self, name: str) -> Outcome:
        if name not in OUTCOMES:
            raise LookupError(f"{name} has no outcomes; say in tests/exploration/outcomes.py what it may answer")
        choices = [DEAD] if self.outside_failed and DEAD in OUTCOMES[name] else OUTCOMES[name]
        if name == "callbacks.is_promised" and (self.call.in_both or self.root_flow_name in OFFER_ONCE):
            choices = choices[:1]
        place = len(self.alternatives)
        self.alternatives.append(len(choices))
        return choices[self.script[place] if place < len(self.script) else 0]


@dataclass(frozen=True)
class Beginning:
    """How a call begins: its root flow, its facts and its language; and what has happened already when we look."""

    root_flow: RootFlow
    facts: dict[str, Any]
    language: str = "zh"
    past: tuple[Any, ...] = ()


ASKED = LastTurn("main", {"asked": 0.0}, {}, "zh", False)
"""A document of just now, by a watch that begins with it."""


def play(
    begin: Beginning, past: tuple[Any, ...], keyed: Input | None, script: tuple[int, ...] = (), **live_in: Any
) -> Turn:
    """Replay `past`, answer the wait with `keyed`, and stop at the next one; `live_in`: slow, after_filler, before."""
    call = Call("CA1", begin.language, False, dict(begin.facts))
    runtime: Any = SimpleNamespace(sealer=SEALER)
    no_database: Any = None
    live = Scripted(
        runtime, call, 1, keyed, NOON, inf, no_database, root_flow=begin.root_flow, script=script, **live_in
    )
    replayer = Replayer(call, History(NOON, [(NOON, step) for step in past]), live, NOON)
    played, failure = None, ""
    try:
        played = replayer.run(live.start)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    except BaseException as signal:
        failure = f"the signal {type(signal).__name__} left the root_flow"
    wait, lines = (played.wait, shared_words(played.utterances)) if played else (None, ())
    return Turn(
        wait=shared_wait(wait, lines) if isinstance(wait, Wait) else wait,
        key=live.key,
        lines=lines,
        steps=tuple(replayer.steps),
        outcomes=shared(tuple(live.labels)),
        inside=shared(live.inside),
        modules=shared(live.modules),
        facts=shared_facts(call.facts),
        language=call.language,
        opened_by=live.opened_by,
        given=tuple(live.given),
        alternatives=shared(tuple(live.alternatives)),
        failure=failure,
    )


def inputs(wait: Wait | Dial | Announcement) -> list[tuple[str, Input]]:
    """Everything that can happen at a wait, each with its label.

    A `#` alone in an entry is two: `#` where the platform tells of it, and silence where it does not, as documented.
    """
    if isinstance(wait, Announcement):
        return [("passed", Input())]
    if isinstance(wait, Dial):
        return [(leg, Input(dialled=leg)) for leg in LEGS]
    if isinstance(wait, Queue):
        return [(end, Input(queued=end)) for end in QUEUE_ENDS]
    if isinstance(wait.prompt, Record):
        spoken = [
            (f"speaks {key}".strip(), Input(recorded=Recorded(RECORDING, 12, key))) for key in ("#", "", "0", "*")
        ]
        return [("silence", Input(None)), *spoken, *((key, Input(key)) for key in "1234567890*#")]
    if isinstance(wait.prompt, Menu):
        keyed = list("1234567890*#")
    else:
        unknown = [f"{UNKNOWN}#"] if wait.prompt.empty_is else []
        keyed = [*TOKENS[wait.name], "0#", "*#", "**#", "*8#", "*9#", *unknown, "#"]
    return [("silence", Input(None)), *((keys, Input(keys)) for keys in keyed)]


def decisions(wait: Wait | Dial | Announcement) -> list[tuple[list[str], Input]]:
    """The same, but inputs that the prompt takes for one and the same answer stand together: they are played once."""
    alike: dict[Any, tuple[list[str], Input]] = {}
    for label, keyed in inputs(wait):
        keys = isinstance(wait, Wait) and keyed.recorded is None
        meant = wait.prompt.decide(keyed.keys, wait.failures, NOON) if keys else label
        alike.setdefault(repr(meant), ([], keyed))[0].append(label)
    return list(alike.values())


def every_turn(begin: Beginning, past: tuple[Any, ...], keyed: Input | None) -> list[tuple[tuple[int, ...], Turn]]:
    """The turn once for each combination of outcomes of its effects, with the script that gave it."""
    open_scripts, found = [()], []
    while open_scripts:
        script: tuple[int, ...] = open_scripts.pop()
        turn = play(begin, past, keyed, script)
        chosen = script + (0,) * (len(turn.alternatives) - len(script))
        found.append((chosen, turn))
        for place in range(len(script), len(turn.alternatives)):
            open_scripts += [(*chosen[:place], other) for other in range(1, turn.alternatives[place])]
    return found
