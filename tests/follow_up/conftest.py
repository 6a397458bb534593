"""Work for the follow-ups: a worker with the machine's time in the test's hands, a CRM, one text, one note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.follow_up.context import Composer, Context
from ivr.texts.follow_ups import WHILE_VALID
from tests.call_flows.conftest import caller, line
from tests.call_flows.line import Line
from tests.follow_up.crm import SECRET, Crm
from tests.follow_up.noted import Noted, noted
from tests.follow_up.outside import outside
from tests.follow_up.texted import TEXT
from tests.wallet.serving import served

__all__ = ["caller", "line"]
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@dataclass
class Time:
    """What the machine's clock shows."""

    now: datetime = field(default=NOW)

    def passes(self, span: timedelta) -> None:
        """Let it go on."""
        self.now += span


@pytest.fixture
def time() -> Time:
    """It stands still until the test moves it."""
    return Time()


@pytest.fixture
def crm(time: Time) -> Crm:
    """A CRM that takes everything."""
    return Crm()


@pytest.fixture
def served_crm(crm: Crm) -> Iterator[str]:
    """Its address."""
    with served(crm) as url:
        yield url


@pytest.fixture
def here(database: sa.Engine, settings: Any, time: Time, served_crm: str) -> Context:
    """A worker's context, with that CRM."""
    made = replace(settings, crm_url={"": served_crm}, crm_secret={"": SECRET})
    return Context(database, made, None, lambda conn: time.now, lambda: time.now, **outside(database, made))


@pytest.fixture
def bare(here: Context) -> Context:
    """A worker whose messages of the kinds `case` and `code` are one text."""
    composers = {"case": Composer(lambda *_: TEXT), "code": Composer(lambda *_: TEXT, WHILE_VALID)}
    return replace(here, composers=composers)


@pytest.fixture
def scene(line: Line, settings: Any) -> Iterator[Noted]:
    """A caller, the telephone company, a worker."""
    with noted(line, settings) as made:
        yield made
