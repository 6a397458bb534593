"""What operations announce is heard once before the menu, until its time; a key interrupts it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ivr.operations.announcements import announce
from ivr.storage.database import begin_write
from tests.call_flows.line import NOON

TEXT = {"zh": "银行系统故障，充值可能延迟", "en": "top-ups may be late because of a bank outage"}


@pytest.fixture
def announced(caller):
    """For an hour from now; `more`: place, wallet."""

    def make(**more):
        now = datetime.fromisoformat(NOON)
        with begin_write(caller.line.runtime.engine) as conn:
            kept = {"place": "menu", "text": TEXT, "now": now, "until": now + timedelta(hours=1), **more}
            announce(conn, **kept)
        return caller

    return make


def heard(caller):
    return TEXT[caller.lang] in caller.everything_heard


def test_an_announcement_is_heard_once_before_the_menu_in_the_callers_language(announced):
    """Not again when the caller comes back to the menu."""
    caller = announced().calls()
    assert heard(caller) and TEXT["en" if caller.lang == "zh" else "zh"] not in caller.everything_heard
    assert caller.everything_heard.count(TEXT[caller.lang]) == 1
    caller.presses("5").presses("*")
    assert caller.everything_heard.count(TEXT[caller.lang]) == 1


def test_a_key_interrupts_it(announced):
    """It is said in the menu's own gather."""
    caller = announced().calls()
    assert caller.presses("5").is_told("服务时间", "hours")


@pytest.mark.parametrize("more", [{"wallet": "linfu"}, {"place": "queue"}])
def test_other_wallets_and_places_hear_nothing(announced, more):
    """By its scope."""
    assert not heard(announced(**more).calls())


def test_it_ends_by_itself(announced):
    """At its time."""
    caller = announced()
    caller.line.put("clock", {"now": (datetime.fromisoformat(NOON) + timedelta(hours=1)).isoformat()})
    assert not heard(caller.calls())
