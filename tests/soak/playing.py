"""Callers without end: each takes a story, says yes, no or nothing, and what it was told is kept for the audit."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ivr.simulator.twiml.executor import APPLICATION_ERROR
from tests.soak.callers import Company, NoCode, Soaked
from tests.soak.stories import OFFERED, STORIES

AT_ONCE = 6
OUR_FAULT = ("系统出了一点问题", "went wrong on our side")


@dataclass
class Told:
    """One call: what was wanted, whether a yes was keyed (or none is needed), and the words that confirmed it."""

    kind: str
    number: int
    lang: str
    sid: str = ""
    yes: bool = False
    words: str = ""
    ended: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether it was told as done."""
        return bool(self.words)


@dataclass
class Crowd:
    """The callers of one run; the same seed makes the same wishes."""

    company: Company
    seed: int
    told: list[Told] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """So many at once, each one call after the other."""
        self._threads = [threading.Thread(target=self._calls_on, name=f"caller-{n}") for n in range(AT_ONCE)]
        for thread in self._threads:
            thread.start()

    def end(self, tick: Callable[[], None]) -> None:
        """Nobody dials any more; those who talk finish."""
        self.stop.set()
        while any(thread.is_alive() for thread in self._threads):
            tick()
            time.sleep(0.2)

    def _calls_on(self) -> None:
        while not self.stop.is_set():
            number = next(self.numbers)
            chance = random.Random(f"{self.seed}:{number}")
            kind = chance.choice(tuple(STORIES))
            twins = 2 if kind in ("unknown", "reward") and chance.random() < 0.3 else 1
            pair = [threading.Thread(target=self._call, args=(kind, number, twin, twins > 1)) for twin in range(twins)]
            for one in pair:
                one.start()
            for one in pair:
                one.join()

    def _call(self, kind: str, number: int, twin: int, by_pin: bool) -> None:
        chance = random.Random(f"{self.seed}:{number}:{twin}")
        caller = Soaked(self.company, number, f"{2 * number + twin:08d}", chance, by_pin)
        told = Told(kind, number, caller.lang)
        self.told.append(told)
        try:
            play(caller, told, chance)
            if not caller.over:
                caller.hangs_up()
            if chance.random() < 0.3:
                caller.webhooks.late()
        except NoCode:
            told.ended = "no code came"
            caller.hangs_up()
        except Exception as error:
            told.ended = "led away" if led_away(caller, kind) else "astray"
            if told.ended == "astray":
                self.company.tally.fault(f"{kind} of {number} in {caller.sid}: {type(error).__name__}: {error}")
            if not caller.over:
                caller.hangs_up()
        finally:
            told.sid = caller.sid
            self._listen(caller)
            caller.close()

    def _listen(self, caller: Soaked) -> None:
        heard = caller.everything_heard
        if APPLICATION_ERROR.text in heard:
            self.company.tally.fault(f"{caller.sid} was left without words: {caller.faults}")
        if any(words in heard for words in OUR_FAULT):
            self.company.tally.fault(f"{caller.sid} heard that something went wrong on our side")
        for fault in caller.faults:
            self.company.tally.count("fell back")
            self.company.tally.notes.append(f"fell back in {caller.sid}: {fault}")


def play(caller: Soaked, told: Told, chance: random.Random) -> None:
    """To the question, the answer, and what is said to it."""
    story = STORIES[told.kind]
    told.yes = story.question is None
    story.leads(caller)
    if story.question:
        caller.is_told(*story.question)
        will = chance.random()
        if will < 0.1:
            told.ended = "hung up before the yes"
            return
        if will < 0.2:
            told.ended = "said no"
            caller.presses("2")
            return
        told.yes = True
        caller.presses("1")
    if story.done:
        caller.is_told(*story.done)
        told.words = caller.heard
    told.ended = "done"


def led_away(caller: Soaked, kind: str) -> bool:
    """To a person, and as nobody is there to a callback; keys meant for something else may have answered
    that by now.
    """
    offered = OFFERED[caller.lang == "en"].casefold()
    return offered in (caller.heard if kind == "callback" else caller.everything_heard).casefold()
