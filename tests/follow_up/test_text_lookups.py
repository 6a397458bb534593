"""A text of which nothing was heard is looked up at Twilio once, a day after it was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.follow_up import text_lookups
from ivr.follow_up.messages import LOOK_AFTER, notice, send_again, send_message
from ivr.follow_up.outbox import LEASE
from ivr.follow_up.tables import messages
from ivr.storage.database import begin_write
from ivr.telephony.texting import Sent
from ivr.telephony.twilio_rest import TwilioSms
from tests.follow_up.outboxes import look_up_due
from tests.follow_up.texted import MARK, by_twilio, put, row

SID, OTHER = "SM" + "1" * 32, "SM" + "2" * 32
TAKEN, DELIVERED = Sent("sent", sid=SID), Sent("delivered")


class Provider:
    """Takes every text, and says how it stands; `asked` are the ids of the looks."""

    def __init__(self, stands=DELIVERED, answer=TAKEN):
        self.stands, self.answer, self.asked = stands, answer, []

    def send(self, _message_id, _text):
        if self.answer is None:
            raise TimeoutError
        return self.answer

    def look(self, sid):
        self.asked.append(sid)
        if isinstance(self.stands, Exception):
            raise self.stands
        return self.stands


def sent(bare, provider):
    """A text that this provider has taken."""
    here = replace(bare, provider=provider)
    put(here)
    send_message(here, "case:1")
    return here


@pytest.mark.parametrize(
    "stands, status, error",
    [
        (Sent("delivered"), "delivered", None),
        (Sent("undelivered", 30003), "undelivered", 30003),
        (Sent("failed", 30008), "failed", 30008),
        (Sent("sent"), "sent", None),
        (None, "sent", None),
    ],
)
def test_it_is_looked_up_once_after_a_day(bare, time, stands, status, error):
    """Not before. A carrier that tells nothing, and a text that Twilio has deleted, leave it as sent, for good."""
    provider = Provider(stands)
    here = sent(bare, provider)
    time.passes(LOOK_AFTER - timedelta(seconds=1))
    look_up_due(here)
    assert provider.asked == []
    for _ in range(3):
        time.passes(timedelta(days=1))
        look_up_due(here)
    assert provider.asked == [SID]
    assert (row(here).status, row(here).error) == (status, error)
    assert (row(here).number_mask is None) == (status == "delivered")


def test_a_text_whose_end_is_known_is_not_looked_up(bare, time):
    """The notice came."""
    provider = Provider()
    here = sent(bare, provider)
    with begin_write(here.engine) as conn:
        notice(conn, MARK, "undelivered", 30003, SID)
    time.passes(timedelta(days=2))
    look_up_due(here)
    assert provider.asked == [] and row(here).status == "undelivered"


def test_a_look_without_an_answer_is_made_again_for_a_day(bare, time):
    """Then the text stays as it is: nobody is asked for ever."""
    provider = Provider(TimeoutError())
    here = sent(bare, provider)
    time.passes(LOOK_AFTER)
    for _ in range(24 * 12):
        look_up_due(here)
        time.passes(timedelta(minutes=10))
    assert 20 < len(provider.asked) < 40 and row(here).status == "sent"


def test_a_worker_that_dies_while_it_looks_leaves_the_text_to_another(bare, time):
    """After its lease; two workers do not ask at the same time."""
    provider = Provider(KeyboardInterrupt())
    provider.look = lambda sid: provider.asked.append(sid) or (_ for _ in ()).throw(KeyboardInterrupt)
    here = sent(bare, provider)
    time.passes(LOOK_AFTER)
    with pytest.raises(KeyboardInterrupt):
        look_up_due(here)
    assert text_lookups.due_lookups(here) == []
    time.passes(LEASE)
    look_up_due(replace(here, provider=Provider()))
    assert row(here).status == "delivered"


def test_the_notice_tells_the_id_of_a_text_whose_answer_was_lost(bare, time):
    """Twilio took it, and the line never read its answer."""
    provider = Provider(answer=None)
    here = replace(bare, provider=provider)
    put(here)

    def lost(_message_id, _text):
        with begin_write(here.engine) as conn:
            notice(conn, MARK, "sent", None, SID)
        raise TimeoutError

    provider.send = lost
    send_message(here, "case:1")
    time.passes(LOOK_AFTER)
    look_up_due(here)
    assert provider.asked == [SID] and row(here).status == "delivered"


@pytest.mark.parametrize("told", ["", "SM1", "CA" + "1" * 32, SID + "/../Calls"])
def test_what_is_no_id_of_a_text_is_not_asked_for(bare, told):
    """It becomes a part of an address."""
    put(bare)
    with begin_write(bare.engine) as conn:
        notice(conn, MARK, "sent", None, told)
    assert row(bare).sid is None


def test_an_answer_about_the_first_try_does_not_end_the_second(bare, time):
    """A supervisor sends the text again while the first one is looked up."""
    provider = Provider()
    here = sent(bare, provider)

    def look(_sid):
        with begin_write(here.engine) as conn:
            notice(conn, MARK, "failed", 30003)
            assert send_again(conn, "case:1")
        return Sent("delivered")

    provider.look = look
    time.passes(LOOK_AFTER)
    look_up_due(here)
    assert (row(here).status, row(here).sid, row(here).look) == ("queued", None, None)


def test_a_text_from_before_its_id_was_kept_is_left_alone(bare, time):
    """Nobody knows what to ask for."""
    put(bare)
    with begin_write(bare.engine) as conn:
        conn.execute(sa.update(messages).values(status="sent"))
    time.passes(timedelta(days=3))
    assert text_lookups.due_lookups(bare) == []


@pytest.mark.parametrize("mode, status, error", [("ok", "delivered", None), ("reject", "undelivered", 30007)])
def test_twilio_is_asked_by_its_api(line, bare, time, mode, status, error):
    """The status callback reaches nobody; the Message resource knows how the text ended."""
    with by_twilio(line) as (simulator, there):
        simulator.sms = mode
        settings = replace(there.settings, public_base_url="http://127.0.0.1:9")
        provider = TwilioSms(replace(settings, twilio_api_url=simulator.settings.twilio_api_url))
        here = sent(bare, provider)
        assert (row(here).status, row(here).sid[:2]) == ("sent", "SM")
        time.passes(LOOK_AFTER)
        look_up_due(here)
        assert (row(here).status, row(here).error) == (status, error)
        assert provider.look(OTHER) is None
        provider._client.http_client.session.close()
