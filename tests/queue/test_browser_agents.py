"""Agents whose telephone is their browser: the button accepts, and a caller who hangs up stops the ringing."""

from __future__ import annotations

import pytest

from ivr.queue import offers
from ivr.simulator.account.leg_events import Input
from ivr.simulator.calls.client_phones import LEASE
from ivr.staff.people import Person
from ivr.storage.database import begin_read, begin_write
from ivr.talks import operations


class Browser:
    """Lin's browser, registered; it accepts by the desk's button, as `/desk/phone/accept` does."""

    def __init__(self, desk):
        self.desk, self.clients = desk, desk.simulator.clients
        self.clients.register("lin")
        desk.signs_on("lin", does="person", address="client:lin")

    @property
    def leg(self):
        """What rings or goes on here."""
        (call,) = self.clients.calls("lin")
        return call

    @property
    def offer(self):
        """The open offer, as the desk shows it."""
        with begin_read(self.desk.worker.engine) as conn:
            return offers.of_agent(conn, "lin")

    def accepts(self):
        """The button: claim first, then answer."""
        with begin_write(self.desk.worker.engine) as conn:
            claimed = offers.claim(conn, self.offer.id, self.desk.now)
        self.answers()
        return claimed

    def hangs_up(self):
        """The button: the desk knows that the agent meant it, and then the leg ends."""
        leg = self.leg
        with begin_write(self.desk.worker.engine) as conn:
            operations.hang_up(conn, Person("lin", "Lin", "agent", ("haiyun",)), self.desk.now)
        self.desk.hangs_up(leg)

    def answers(self):
        """Answer what rings, and nothing else."""
        self.clients.answer(self.leg)
        self.desk.settles()


@pytest.fixture
def browser(desk):
    """Registered and available."""
    return Browser(desk)


def test_the_button_accepts_and_nobody_is_asked_for_key_1(desk, browser):
    """The summary at once, then the caller."""
    call = desk.calls()
    desk.works()
    assert (browser.offer.state, browser.offer.waits, browser.offer.caller) == ("ringing", "offered", call.leg.sid)
    leg = browser.leg
    assert browser.accepts() is not None
    heard = desk.heard(leg)
    assert "未验证" in heard and "请按" not in heard and "有来电" not in heard
    assert "客服来了" in desk.heard(call) and desk.entry(call).status == "connected"
    assert desk.activity("lin") == "talking"
    browser.hangs_up()
    assert desk.entry(call).outcome == "answered" and desk.activity("lin") == "wrap-up"


def test_a_leg_that_is_answered_without_the_button_is_asked_for_key_1(desk, browser):
    """Another program may have answered: it hears nothing personal before the key."""
    call = desk.calls()
    desk.works()
    leg = browser.leg
    browser.answers()
    assert "未验证" not in desk.heard(leg) and desk.entry(call).status == "offered"
    browser.clients.press(leg, "1")
    desk.settles()
    assert "未验证" in desk.heard(leg) and desk.entry(call).status == "connected"


def test_a_telephone_is_asked_for_key_1_even_when_the_offer_is_claimed(desk):
    """A mailbox answers telephones, whatever was pressed on a page."""
    desk.signs_on("wang", does="keys:")
    desk.calls()
    offer = None
    begin = desk.simulator.runner.agents

    def claims_while_it_rings(number):
        nonlocal offer
        with begin_write(desk.worker.engine) as conn:
            offer = offers.of_agent(conn, "wang")
            offers.claim(conn, offer.id, desk.now)
        return begin(number)

    desk.simulator.runner.agents = claims_while_it_rings
    desk.works()
    assert "未验证" not in desk.heard(desk.leg_of("wang")) and "请按" in desk.heard(desk.leg_of("wang"))


def test_a_caller_who_hangs_up_while_it_rings_stops_the_ringing(desk, browser):
    """At once, and it is no miss: the agent is free again."""
    call = desk.calls()
    desk.works()
    desk.hangs_up(call)
    desk.works(1)
    assert browser.clients.calls("lin") == [] and desk.activity("lin") == "idle"
    assert [one.state for one in desk.offers()] == ["withdrawn"] and desk.entry(call).outcome == "abandoned"


def test_a_caller_who_takes_a_callback_while_it_rings_stops_the_ringing(desk, browser):
    """The caller's choice was first."""
    call = desk.calls()
    desk.works()
    desk.keys(call, "1")
    assert browser.offer.waits == "over"
    desk.works(1)
    assert browser.clients.calls("lin") == [] and [one.state for one in desk.offers()] == ["withdrawn"]


def test_ringing_that_cannot_be_stopped_now_is_stopped_later(desk, browser, monkeypatch):
    """Twilio does not answer: the offer stays open, and is looked at again when its lease ends."""
    call = desk.calls()
    desk.works()
    desk.hangs_up(call)
    cancel = desk.worker.telephone.cancel

    def unreachable(_call):
        raise OSError("no route")

    monkeypatch.setattr(desk.worker.telephone, "cancel", unreachable)
    desk.works(1)
    assert len(browser.clients.calls("lin")) == 1
    monkeypatch.setattr(desk.worker.telephone, "cancel", cancel)
    desk.works(61)
    assert browser.clients.calls("lin") == [] and [one.state for one in desk.offers()] == ["withdrawn"]


def test_a_caller_who_hangs_up_as_the_agent_accepts_is_gone(desk, browser):
    """Both at once: the agent hears it, and is free."""
    call = desk.calls()
    desk.works()
    leg = browser.leg
    desk.hangs_up(call)
    assert browser.accepts() is None
    assert "客户已经挂断" in desk.heard(leg)
    assert leg.phone_call.over and desk.activity("lin") == "idle" and desk.offers()[0].state == "withdrawn"


def test_who_answers_a_cancelled_ring_first_hears_that_the_caller_has_left(desk, browser):
    """The leg was answered before the worker could stop it; it is not cut off in the middle of a word."""
    call = desk.calls()
    desk.works()
    leg = browser.leg
    browser.answers()
    desk.hangs_up(call)
    desk.works(1)
    assert not leg.phone_call.over
    desk.simulator.runner.act(leg, Input("1"))
    desk.settles()
    assert leg.phone_call.over and desk.offers()[0].state == "withdrawn"


def test_an_agent_who_accepts_and_never_answers_gives_the_caller_back(desk, browser):
    """The browser died after the button: the ring ends, and the caller is at the head of the queue again."""
    call = desk.calls()
    desk.works()
    with begin_write(desk.worker.engine) as conn:
        offers.claim(conn, browser.offer.id, desk.now)
    assert desk.entry(call).status == "claimed"
    desk.simulator.runner.act(browser.leg, Input())
    desk.settles()
    assert desk.entry(call).status == "queued" and desk.offers()[0].state == "missed"


def test_a_browser_that_is_not_registered_is_a_miss(desk, browser):
    """At once; the next agent is rung."""
    browser.clients.leave("lin")
    desk.signs_on("wang")
    call = desk.calls()
    desk.works().works()
    assert desk.entry(call).staff == "wang" and desk.activity("lin") == "missed"


def test_a_browser_that_dies_in_a_talk_ends_its_leg_and_no_other_is_rung_for_it(desk, browser):
    """Its registration runs out: the talk is over for the queue, and the agent is not rung while they are gone."""
    call, clock = desk.calls(), browser.clients.now()
    browser.clients.now = lambda: clock
    browser.clients.register("lin")
    desk.works()
    browser.accepts()
    assert desk.entry(call).status == "connected"
    clock += LEASE + 1
    browser.clients.look()
    desk.settles()
    assert browser.clients.calls("lin") == [] and desk.offers()[0].status == "over"
    assert desk.activity("lin") == "wrap-up"
