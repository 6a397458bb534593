"""The whole line in processes of its own, once a database for all tests of this room; each test has customers of its
own.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ivr.simulator.webhooks.delivery import WebhookSender
from ivr.simulator.webhooks.transport import Answer
from tests.crashes import planted
from tests.soak.audit import Books, faults
from tests.soak.callers import Company, Soaked
from tests.soak.playing import Told, play
from tests.soak.processes import Rig, rig
from tests.soak.wire import Tally

MANY, LONGEST_DRAIN = 200, 60.0


class Will(random.Random):
    """Chance that always means yes."""

    def random(self) -> float:
        """Neither a no nor a hanging up."""
        return 0.99


@dataclass
class Wary(WebhookSender):
    """What was answered only after a process had died is asked for once more: the same bytes."""

    tally: Tally = field(default_factory=Tally)

    def deliver(self, url: str, form: Mapping[str, str], method: str = "POST", seconds: float | None = None) -> Answer:
        """And those of a retry are what the caller hears."""
        before = self.tally.counts["cut off"]
        answer = super().deliver(url, form, method, seconds)
        if self.tally.counts["cut off"] > before:
            assert self.again()[1].body == answer.body
        return answer


@dataclass
class Doomed:
    """The line, what its callers were told so far, and where plans are left."""

    rig: Rig
    company: Company
    told: list[Told] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def plan(self, point: str, name: str) -> Path:
        """Whoever comes there next is killed."""
        return planted.plan(self.rig.settings.data_dir, point, name)

    def caller(self) -> Soaked:
        """One with a customer of their own, by a code or a PIN, in Mandarin or English, in turn."""
        number = next(self.numbers)
        caller = Soaked(self.company, number, f"9{number:07d}", Will(number), by_pin=number % 4 != 0)
        caller.lang = ("zh", "en")[number % 2]
        caller.webhooks = Wary(caller.webhooks.transport, caller.webhooks.token, tally=self.company.tally)
        return caller

    def plays(self, kind: str, caller: Soaked) -> Told:
        """The story to its end; what was told."""
        told = Told(kind, caller.number, caller.lang, yes=True)
        self.told.append(told)
        try:
            play(caller, told, Will())
            caller.hangs_up()
        finally:
            told.sid = caller.sid
            caller.close()
        assert not caller.faults
        return told

    def faults(self) -> list[str]:
        """What does not agree with what was told, once everything has run that was promised."""
        self.rig.drain(LONGEST_DRAIN)
        books = Books(self.rig.line, self.rig.bank, self.company.texts(), self.rig.crm)
        return self.company.tally.faults + list(faults(self.told, books))


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def doomed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doomed]:
    """All processes of the line; whatever dies is started again."""
    folder = tmp_path_factory.mktemp("doomed")
    with (
        _database(request, folder) as url,
        rig(folder, url, voice="tests.crashes.planted:create_app()", worker="tests.crashes.planted", many=MANY) as here,
    ):
        here.wait_until_ready()
        yield Doomed(here, Company(here.settings, Tally()))


@contextmanager
def _database(request: Any, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'ivr.db'}"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url
