"""A promised callback is rung at its slot: an agent first, then the customer, within the opening hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.engine import journal
from ivr.engine.secrets import ERASED, Sealer
from ivr.storage.database import begin_write
from tests.call_flows.line import HAIYUN
from tests.follow_up.exchange import CUSTOMER, MORNING, exchange
from tests.follow_up.outboxes import ring_due


@pytest.mark.requirement("R4")
def test_at_its_slot_an_agent_is_rung_and_then_the_customer(caller):
    """Not a minute before; the agent hears what it is about, the customer who is calling, and nothing of
    the account.
    """
    with exchange(caller) as line:
        assert line.at("2026-11-24T08:59:00+08:00").walks().calls == []
        line.at(MORNING).walks()
        agent = line.calls[0]
        assert line.calls == [agent, CUSTOMER] and line.ring.status == "reached"
        call = line.simulator.rest.calls.list(to=agent)[0]
        assert (call._from, call.direction) == (HAIYUN, "outbound-api")
        assert ("回电" if caller.lang == "zh" else "Callback") in line.heard(agent)
        assert ("按您的要求回电" if caller.lang == "zh" else "calling back as you asked") in line.heard(CUSTOMER)
        line.hangs_up()
        line.at("2026-11-25T12:00:00+08:00").walks()
        assert len(line.calls) == 2


@pytest.mark.parametrize("does", ["accept", "decline", "keys:"])
def test_an_agent_hears_what_a_callback_is_about_only_after_accepting_it(caller, does):
    """A voice mailbox that answers records the name of the line, and nothing of the customer."""
    with exchange(caller) as line:
        line.does["agent"] = does
        line.at(MORNING).walks()
        heard = line.heard(line.calls[0])
        assert ("海云钱包有来电" if caller.lang == "zh" else "A call for Haiyun Wallet") in heard
        summary = ("回电，客户未验证" if caller.lang == "zh" else "Callback, Not verified") in heard
        assert summary == (does == "accept") == (CUSTOMER in line.calls)
        assert heard.count("回电" if caller.lang == "zh" else "Callback") == summary


@pytest.mark.parametrize(
    "who, does, rung",
    [
        ("agent", "no-answer", 3),
        ("agent", "decline", 3),
        ("agent", "busy", 3),
        ("customer", "no-answer", 6),
        ("customer", "busy", 6),
        ("customer", "decline", 6),
    ],
)
def test_an_unanswered_callback_is_retried_twice_and_then_missed(caller, who, does, rung):
    """After ten minutes and an hour; a customer who presses nothing (a mailbox) was not reached."""
    with exchange(caller) as line:
        line.does[who] = does
        for when in ("09:00", "09:09", "09:10", "10:09", "10:10", "17:00"):
            line.at(f"2026-11-24T{when}:00+08:00").walks()
            line.walks()
        assert (line.ring.status, line.ring.tries, len(line.calls)) == ("missed", 3, rung)


def test_when_one_agent_does_not_answer_the_next_one_is_rung_at_once(caller):
    """It is one try as long as somebody is left."""
    with exchange(caller, agents=2) as line:
        line.does["agent"] = "no-answer"
        line.at(MORNING).walks().walks()
        assert len(set(line.calls)) == 2 and line.ring.tries == 0
        line.walks()
        assert (line.ring.status, line.ring.tries, len(line.calls)) == ("queued", 1, 2)


def test_without_agents_or_outside_hours_nobody_is_rung_and_no_try_is_used(caller):
    """It waits for the next opening, or for somebody to come."""
    with exchange(caller) as line:
        line.line.put("agents", {"available": 0})
        assert line.at(MORNING).walks().calls == []
        line.line.put("agents", {"available": 1})
        assert line.at("2026-11-24T23:00:00+08:00").walks().calls == []
        assert line.at("2026-11-25T08:59:00+08:00").walks().calls == []
        line.at("2026-11-25T09:00:00+08:00").walks()
        assert (line.ring.status, line.ring.tries) == ("reached", 0)


def test_a_callback_about_security_is_rung_in_the_hours_for_security(caller):
    """At night too, where the wallet says that they are; a quarter of an hour after it was promised."""
    with exchange(caller, security=True) as line:
        assert line.at("2026-11-23T23:44:00+08:00").walks().calls == []
        line.at("2026-11-23T23:45:00+08:00").walks()
        assert (line.ring.status, line.calls[-1]) == ("reached", CUSTOMER)


@pytest.mark.parametrize("setting", ["callback_prefixes", "callback_dial_prefixes"])
def test_a_number_that_may_not_be_rung_is_left_to_people(caller, setting):
    """Whatever was promised under other settings; with no prefix at all the line rings nobody."""
    with exchange(caller) as line:
        for prefixes in ((), ("+1",)):
            narrow = replace(line.here, settings=replace(line.here.settings, **{setting: prefixes}))
            assert line.at(MORNING).walks(narrow).calls == []
            assert line.ring.status == "by-hand"


@pytest.mark.parametrize(
    "number",
    [
        "+12644761234",
        "+12423271234",
        "+19765550132",
        "+8616812345",
        "+86168123456",
        "+19005550123",
        "+881612345678",
        "+864000000101",
    ],
)
def test_a_premium_number_that_was_stored_before_is_never_dialled(caller, number):
    """Whatever the release before was willing to call: it is left to people."""
    with exchange(caller) as line:
        with begin_write(line.here.engine) as conn:
            call = conn.execute(sa.select(callbacks.c.call).where(callbacks.c.status == "requested")).scalar_one()
            sealer = Sealer(line.here.settings.server_key).for_call(journal.key(conn, call))
            conn.execute(sa.update(callbacks).values(number_sealed=sealer.seal(number)))
        assert line.at(MORNING).walks().calls == [] and line.ring.status == "by-hand"


def test_an_agent_who_accepts_rings_no_number_that_may_not_be_rung_any_more(caller):
    """The attempt was begun by another release; it ends, and the next walk leaves it to people."""
    with exchange(caller) as line:
        line.line.settings = replace(line.line.settings, callback_prefixes=("+1",))
        line.line.restart()
        assert CUSTOMER not in line.at(MORNING).walks().calls
        line.walks(replace(line.here, settings=replace(line.here.settings, callback_prefixes=("+1",))))
        assert line.ring.status == "by-hand"


def test_a_busy_agent_is_not_rung_for_another_callback(caller):
    """The second callback waits until the first talk is over."""
    with exchange(caller) as line:
        with begin_write(line.here.engine) as conn:
            kept = dict(conn.execute(sa.text("SELECT * FROM callbacks WHERE status = 'requested'")).one()._mapping) | {
                "n": 99,
                "id": "second",
            }
            names = ", ".join(f'"{name}"' for name in kept)
            conn.execute(
                sa.text(f"INSERT INTO callbacks ({names}) VALUES ({', '.join(':' + name for name in kept)})"), kept
            )
            conn.execute(sa.insert(callback_queue).values(id="second", at=MORNING, status="queued", tries=0))
        line.at(MORNING).walks().walks()
        assert line.calls.count(CUSTOMER) == 1
        line.hangs_up()
        line.at("2026-11-24T09:02:00+08:00").walks()
        assert line.calls.count(CUSTOMER) == 2


def test_one_of_many_workers_rings(caller):
    """Eight at once."""
    with exchange(caller) as line:
        line.at(MORNING)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ring_due(line.here), range(8)))
        line.waits_for("reached")
        assert line.calls.count(CUSTOMER) == 1 and len(line.calls) == 2


def test_an_erased_number_is_not_rung(caller):
    """Nothing can be read, so nobody is called."""
    with exchange(caller) as line:
        with begin_write(line.here.engine) as conn:
            conn.execute(sa.update(journal.calls).values(key_sealed=ERASED))
        assert line.at(MORNING).walks().calls == [] and line.ring.status == "erased"
