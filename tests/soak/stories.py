"""What callers want, from the dial tone to the words that confirm it; each is told what was done, or is led away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from os.path import commonprefix

from ivr.speech.catalogue import words
from tests.call_flows.disputing import FILED, at_the_yes
from tests.call_flows.disputing import SURE as SURE_OF_DISPUTE
from tests.call_flows.line import Caller
from tests.call_flows.test_freeze import FROZEN, gives, wants_a_freeze
from tests.call_flows.test_freeze import SURE as SURE_OF_FREEZE
from tests.call_flows.test_promotion_messages import IS_ON, asks
from tests.call_flows.test_promotion_messages import SURE as SURE_OF_MESSAGES
from tests.call_flows.test_promotions import OFFERS, REWARDS
from tests.call_flows.test_security import NO, answers, reviews
from tests.call_flows.test_top_up import reports
from tests.soak.callers import Soaked

TODAY = date(2026, 11, 23)


def begins(message: str, name: str, *values: str) -> tuple[str, str]:
    """How the message begins, whatever the value is: in Mandarin and in English."""
    zh, en = (
        commonprefix([words().render(lang, message, {name: value}, today=TODAY) for value in values])
        for lang in ("zh", "en")
    )
    return zh, en


OPENED = ("再说一次", "Once more")
"""The number of the case, whether this call opened it or another one at the same moment."""
PROMISED = begins("callback-promised", "at", "2026-11-23T10:15:00+08:00", "2027-01-02T15:30:00+08:00")
MARKED = ("您标出的交易", "that you marked")
OFFERED = ("需要回电", "call back")


@dataclass(frozen=True)
class Story:
    """Up to the question; what the question says (nothing: it is done unasked); what is said when it is done."""

    leads: Callable[[Soaked], Caller]
    question: tuple[str, str] | None
    done: tuple[str, str] | None


def freeze(caller: Soaked) -> Caller:
    """By weak proof."""
    return gives(wants_a_freeze(caller.calls()), caller.person)


def dispute(caller: Soaked) -> Caller:
    """Of a payment whose goods did not come."""
    return at_the_yes(caller, caller.person)


def owed(caller: Soaked) -> Caller:
    """A top-up of which nobody knows."""
    return reports(caller.calls(), "800", "1121").proves(caller.person)


def reward(caller: Soaked) -> Caller:
    """One that is overdue."""
    return caller.calls().picks(*OFFERS).picks(*REWARDS).proves(caller.person)


def investigation(caller: Soaked) -> Caller:
    """A transaction that was not the caller's."""
    return answers(reviews(caller.calls()).proves(caller.person), True, False).picks(*NO)


def consent(caller: Soaked) -> Caller:
    """Messages about offers, on."""
    return asks(caller, caller.person)


def callback(caller: Soaked) -> Caller:
    """Nobody is on duty; to the telephone that rings."""
    return caller.calls().presses("0").picks(*OFFERED)


def limits(caller: Soaked) -> Caller:
    """Only listens."""
    return (
        caller.calls()
        .picks("充值与支付问题", "top-up and payment")
        .picks("充值限额", "my limits")
        .proves(caller.person)
    )


STORIES = {
    "freeze": Story(freeze, SURE_OF_FREEZE, FROZEN),
    "dispute": Story(dispute, SURE_OF_DISPUTE, FILED),
    "unknown": Story(owed, None, OPENED),
    "security": Story(investigation, MARKED, OPENED),
    "reward": Story(reward, None, OPENED),
    "consent": Story(consent, SURE_OF_MESSAGES, IS_ON),
    "callback": Story(callback, ("就回拨这个号码", "call that number back"), PROMISED),
    "nothing": Story(limits, None, None),
}
