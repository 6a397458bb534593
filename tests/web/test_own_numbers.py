"""The line calls and texts from numbers of its own account, whatever number was dialled."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from ivr.follow_up.messages import send_message
from ivr.follow_up.outbox import LEASE
from ivr.follow_up.tables import messages
from ivr.simulator.account.account import Account
from ivr.storage.database import begin_read
from ivr.telephony.own_numbers import sender
from tests.call_flows.line import HAIYUN, LIN, Caller
from tests.call_flows.test_top_up import reports
from tests.follow_up.exchange import CUSTOMER, MORNING, exchange
from tests.follow_up.texted import by_twilio
from tests.web.wire import PLACES, post, ringing, spoken

OURS, OTHER, SERVICE = "+12025550100", "+12025550101", "MG" + "0a" * 16
FALLBACK = "+12025550199"
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def account(*numbers, verified=()):
    """A telephone company whose account has these numbers only."""
    return Account(owned_numbers=lambda: numbers, verified_numbers=set(verified))


def forwarded(line, lang="zh", **more):
    """A call to the wallet's line, which another carrier forwards to a number of ours; at the main menu."""
    return Caller(line, lang, account=account(OURS, OTHER), **more).calls(OURS, ForwardedFrom=HAIYUN)


def dialled_from(caller):
    """The caller id of the last `<Dial>`."""
    return re.findall(r'<Dial [^>]*callerId="([^"]*)"', "".join(caller.documents))[-1]


@on_sqlite
def test_an_agent_is_rung_from_the_number_that_answered_and_not_from_a_line_that_was_forwarded(line):
    """Twilio refuses another carrier's number as caller id (13214), and the agent would never ring."""
    caller = forwarded(line).presses("0")
    assert dialled_from(caller) == OURS
    assert line.get(f"calls/{caller.sid}")["outcome"] == "transferred"


@on_sqlite
@pytest.mark.parametrize("setting, shown", [({"": OTHER}, OTHER), ({"haiyun": OTHER}, OTHER), ({"linfu": OTHER}, OURS)])
def test_a_setting_says_another_caller_id_for_all_or_for_one_wallet(line, setting, shown):
    """Such as a number that is verified, or the one that is known to customers."""
    line.settings = replace(line.settings, caller_id=setting)
    line.restart()
    assert dialled_from(forwarded(line).presses("0")) == shown


@on_sqlite
def test_a_line_that_shows_a_number_of_others_is_found_out_by_the_simulator(line):
    """As Twilio does it (13214): nobody is rung, and the caller gets a callback instead."""
    line.settings = replace(line.settings, caller_id={"": FALLBACK})
    line.restart()
    caller = forwarded(line).presses("0")
    assert dialled_from(caller) == FALLBACK and line.get(f"calls/{caller.sid}")["outcome"] != "transferred"
    assert any("13214" in warning for warning in caller._call.leg.warnings)


@on_sqlite
def test_whoever_is_rung_has_as_many_seconds_as_the_setting_says(line):
    """Calls abroad take a while until they ring at all."""
    for seconds in (25, 40):
        line.settings = replace(line.settings, ring_seconds=seconds)
        line.restart()
        documents = "".join(forwarded(line).presses("0").documents)
        assert re.findall(r'<Dial [^>]*timeout="([0-9]+)"', documents)[-1] == str(seconds)


@on_sqlite
def test_a_line_that_comes_by_sip_rings_from_its_own_number(line):
    """`To` is an address then; the wallet's line is what is left."""
    caller = Caller(line, "zh").calls(f"sip:{HAIYUN}@198.51.100.4")
    assert dialled_from(caller.presses("0")) == HAIYUN


def test_a_callback_rings_agent_and_customer_from_the_number_that_answered(caller):
    """By REST and by `<Dial>`; the forwarded line would be refused with 21210."""
    with exchange(caller, line=OURS, ForwardedFrom=HAIYUN) as line:
        line.simulator.runner.account.owned_numbers = lambda: [OURS]
        line.at(MORNING).walks()
        call = line.simulator.rest.calls.list(to=line.calls[0])[0]
        assert call._from == OURS
        customer = next(leg for one in line.simulator.runner.calls.values() for leg in one.leg.children)
        assert (customer.parameters["From"], customer.parameters["To"]) == (OURS, CUSTOMER)
        assert line.waits_for("reached").status == "reached"


def test_a_callback_that_may_be_placed_is_looked_for_under_the_number_that_rang(caller):
    """Otherwise it would be placed a second time."""
    with exchange(caller, line=OURS, ForwardedFrom=HAIYUN) as line:
        asked = []
        lost = SimpleNamespace(ring=lambda _: 1 / 0, placed=lambda *about: asked.append(about) or [])
        line.at(MORNING).walks(replace(line.here, telephone=lost))
        line.now += 2 * LEASE
        line.walks(replace(line.here, telephone=lost))
        assert [about[1] for about in asked] == [OURS]


@pytest.mark.parametrize(
    "setting, came",
    [
        ({}, OURS),
        ({"": OTHER}, OTHER),
        ({"haiyun": SERVICE}, None),
        ({"": "12345"}, "12345"),
        ({"": "Haiyun"}, "Haiyun"),
    ],
)
def test_a_text_comes_from_the_number_that_answered_or_from_what_the_setting_says(caller, setting, came):
    """A number of ours, a messaging service, a short code, a name."""
    caller.calls(OURS, ForwardedFrom=HAIYUN)
    reports(caller, "800", "1121").proves(LIN)
    with by_twilio(caller.line) as (simulator, here):
        simulator.runner.account.owned_numbers = lambda: [OURS, OTHER]
        simulator.runner.account.senders |= {SERVICE, "12345"}
        here = replace(here, settings=replace(here.settings, sms_from=setting))
        with begin_read(here.engine) as conn:
            message = conn.scalar(sa.select(messages.c.id).where(messages.c.id.like("case:%")))
        send_message(here, message)
        (sent,) = simulator.rest.messages.list()
        assert (sent.from_, sent.messaging_service_sid) == (came, None if came else SERVICE)


def test_a_call_whose_facts_know_no_other_number_texts_from_the_line(settings):
    """It was dialled there, or began before a release that keeps the number."""
    assert sender(settings, {"wallet": "haiyun", "line": HAIYUN}) == HAIYUN


@on_sqlite
@pytest.mark.parametrize("setting, shown", [({}, OURS), ({"": OTHER}, OTHER), ({"haiyun": OTHER}, OURS)])
def test_without_a_database_the_fallback_agent_is_rung_from_the_number_that_was_dialled(line, setting, shown, tmp_path):
    """With a time-out, and with words for whoever was not answered; whoever dials from a name shows their
    own number.
    """
    settings = replace(line.settings, database_url=f"sqlite:///{tmp_path}/none/none.db", fallback_agent=FALLBACK)
    line.settings = replace(settings, caller_id=setting, ring_seconds=30)
    line.restart()
    for path in PLACES:
        if "whisper" in path:
            continue
        where = f"{path}?again=1" if "/turns/" in path else path
        document = spoken(post(line, where, ringing(CallSid="CA1", To=OURS, ForwardedFrom=HAIYUN)))
        rung, _, after = document.partition(f"<Number>{FALLBACK}</Number></Dial>")
        assert f'<Dial timeout="30" callerId="{shown}">' in rung
        assert "没有接听" in after and "nobody answered" in after and after.endswith("<Hangup/></Response>")
    if not setting:
        unknown = spoken(post(line, "/voice/fallback", ringing(CallSid="CA1", To="sip:x@198.51.100.4")))
        assert f'<Dial timeout="30"><Number>{FALLBACK}</Number></Dial>' in unknown
