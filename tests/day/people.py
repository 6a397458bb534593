"""Who calls on that day and when, and who is at work: all drawn from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

HOUR = 3600.0
OPENING, LENGTH = 9.0, 9.0
"""The hour (by the clock of the wallet) at which the day begins, and how many hours callers call."""
BUSY = (0.5, 1.0, 1.6, 1.2, 0.7, 0.9, 1.7, 1.2, 0.6)
"""How many call in each hour, relative to each other."""


@dataclass(frozen=True)
class Customer:
    """A caller: seconds are counted from the beginning of the day.

    `hasty`: they press 0 before they choose a language. `when_tired`: what they do after `patience` seconds of waiting:
    hang up, or press the key for a callback or the menu. `needs`: what the agent does beside talking: hold, transfer,
    consult, or nothing. `hangs_up`: they end the talk themselves, not the agent. `accepts`: they take a callback that
    is offered.
    """

    number: str
    at: float
    language: str
    hasty: bool
    security: bool
    patience: float
    when_tired: str
    talk: float
    needs: str
    hangs_up: bool
    accepts: bool


@dataclass(frozen=True)
class Colleague:
    """An agent, with the times of their shift and breaks, and how often an offer is missed or declined."""

    name: str
    address: str
    languages: tuple[str, ...]
    shift: tuple[float, float]
    breaks: tuple[tuple[float, float], ...]
    misses: float
    declines: float


@dataclass
class Trouble:
    """What goes wrong, as chances of each request, and as moments of the day."""

    lost: float = 0.01
    """A request to the line gets no answer: half of them arrive, half of them do not."""
    twice: float = 0.03
    """A request to the line is sent twice."""
    refused: float = 0.05
    """A request to Twilio fails."""
    in_doubt: float = 0.03
    """A request to Twilio is carried out, and its answer is lost."""
    dies: float = 0.02
    """An agent's telephone dies in the middle of a talk."""
    restarts: list[float] = field(default_factory=list)
    removed: list[tuple[float, str]] = field(default_factory=list)
    """An agent is disabled, whatever they are doing."""


def customers(chance: random.Random, many: int) -> list[Customer]:
    """So many callers, by the time at which they call."""
    found = []
    for n in range(many):
        hour = chance.choices(range(len(BUSY)), BUSY)[0]
        found.append(
            Customer(
                number=f"+86139{10000000 + n * 7919:08d}",
                at=(hour + chance.random()) * LENGTH / len(BUSY) * HOUR,
                language=chance.choices(("1", "2"), (0.8, 0.2))[0],
                hasty=chance.random() < 0.2,
                security=chance.random() < 0.15,
                patience=chance.expovariate(1 / 420),
                when_tired=chance.choices(("hang up", "callback", "menu"), (0.5, 0.4, 0.1))[0],
                talk=20 + chance.expovariate(1 / 220),
                needs=chance.choices(("", "hold", "transfer", "consult"), (0.8, 0.1, 0.06, 0.04))[0],
                hangs_up=chance.random() < 0.3,
                accepts=chance.random() < 0.8,
            )
        )
    return sorted(found, key=lambda one: one.at)


def colleagues(chance: random.Random, many: int) -> list[Colleague]:
    """So many agents: early and late shifts that overlap at noon; each speaks Mandarin, every second English too."""
    found = []
    for n in range(many):
        begins, ends = (0.0, 6.5) if n % 2 else (2.5, LENGTH)
        pause = (begins + 2.0 + chance.random()) * HOUR
        found.append(
            Colleague(
                name=f"agent_{n + 1}",
                address=f"+1202555{100 + n:04d}",
                languages=("zh", "en") if n % 2 == 0 or n == 1 else ("zh",),
                shift=(begins * HOUR, ends * HOUR),
                breaks=((pause, pause + 900),),
                misses=0.03,
                declines=0.03,
            )
        )
    return found


def trouble(chance: random.Random, staff: list[Colleague]) -> Trouble:
    """Restarts of the line and agents who are removed, at random moments."""
    moments = sorted(chance.uniform(0, LENGTH * HOUR) for _ in range(12))
    removed = [(chance.uniform(2, 6) * HOUR, chance.choice(staff).name)]
    return Trouble(restarts=moments, removed=removed)
