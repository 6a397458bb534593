"""A text goes out by Twilio's API, once; what fails is tried again while it is of use."""

from __future__ import annotations

import time as machine
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException
from werkzeug.wrappers import Response

from ivr.follow_up.context import Composer
from ivr.follow_up.messages import send_message
from ivr.follow_up.tables import messages as table
from ivr.storage.database import begin_read
from ivr.telephony.texting import Sent
from ivr.telephony.twilio_rest import TwilioSms
from tests.call_flows.line import HAIYUN, LIN
from tests.call_flows.test_top_up import reports
from tests.follow_up.outboxes import send_due
from tests.follow_up.texted import TEXT, by_twilio, put, row
from tests.wallet.serving import served


def waits_for(here, message, status):
    until = machine.monotonic() + 30
    while row(here, message).status != status and machine.monotonic() < until:
        machine.sleep(0.02)
    return row(here, message)


@pytest.mark.parametrize(
    "mode, status, error",
    [("ok", "delivered", None), ("reject", "undelivered", 30007), ("unreachable", "failed", 21614)],
)
def test_the_reference_of_a_case_is_sent_and_its_delivery_status_stored(caller, mode, status, error):
    """In the caller's language, to the registered number, from the wallet's own number, in parts that are counted."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    with by_twilio(caller.line) as (simulator, here):
        simulator.sms = mode
        with begin_read(here.engine) as conn:
            message = conn.scalar(sa.select(table.c.id).where(table.c.id.like("case:%")))
        send_message(here, message)
        ended = waits_for(here, message, status)
        assert (ended.status, ended.error) == (status, error)
        sent = simulator.rest.messages.list()
        if mode != "unreachable":
            assert (sent[0].from_, sent[0].to) == (HAIYUN, "+8619900000051")
            assert ("服务单" if caller.lang == "zh" else "Your case") in sent[0].body and str(ended.parts) == sent[
                0
            ].num_segments
        send_message(here, message)
        assert len(simulator.rest.messages.list()) == len(sent)


@pytest.mark.parametrize("kind, whole", [("code", timedelta(minutes=5)), ("case", timedelta(days=1))])
@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_text_that_twilio_cannot_take_is_retried_while_it_is_useful(bare, settings, time, kind, whole, status):
    """A code for its five minutes, a reference for a day; then it has failed."""
    answers = []

    def twilio(environ, start):
        answers.append(status)
        return Response('{"code": 20429, "message": "later"}', status, content_type="application/json")(environ, start)

    began, message = time.now, f"{kind}:1"
    with served(twilio) as url:
        provider = TwilioSms(replace(settings, twilio_api_url={"": url}))
        put(bare, message)
        send_message(replace(bare, provider=provider), message)
        while row(bare, message).status == "queued":
            time.passes(timedelta(seconds=1 if kind == "code" else 1200))
            send_due(replace(bare, provider=provider))
        provider._client.http_client.session.close()
    assert row(bare, message).status == "failed"
    assert whole <= time.now - began <= whole + timedelta(minutes=20) and 10 < len(answers) < 40


def test_a_text_is_sent_when_twilio_is_available_again(bare, settings, time):
    """Nobody there, then somebody."""

    class Provider:
        def __init__(self):
            self.nobody = TwilioSms(replace(settings, twilio_api_url={"": "http://127.0.0.1:9"}))
            self.back = False

        def send(self, message_id, text):
            return Sent("delivered") if self.back else self.nobody.send(message_id, text)

    provider = Provider()
    put(bare)
    send_message(replace(bare, provider=provider), "case:1")
    assert row(bare).status == "queued"
    provider.back = True
    send_due(replace(bare, provider=provider))
    assert row(bare).status == "queued"
    time.passes(timedelta(seconds=30))
    send_due(replace(bare, provider=provider))
    assert row(bare).status == "delivered"
    provider.nobody._client.http_client.session.close()


@pytest.mark.parametrize("mode, status", [("ok", "delivered"), ("reject", "undelivered")])
def test_a_text_whose_response_was_lost_is_found_and_not_sent_again(caller, mode, status):
    """The answer is lost, or the worker dies before it writes it down, and no notice comes: one text, and its end is
    known.
    """
    reports(caller.calls(), "800", "1121").proves(LIN)
    with by_twilio(caller.line) as (simulator, here):
        simulator.sms = mode
        there = {"twilio_api_url": simulator.settings.twilio_api_url, "public_base_url": "http://127.0.0.1:9"}
        deaf = TwilioSms(replace(caller.line.settings, **there))

        class Lost:
            def send(self, message_id, text):
                deaf.send(message_id, text)
                raise TimeoutError

        with begin_read(here.engine) as conn:
            message = conn.scalar(sa.select(table.c.id).where(table.c.id.like("case:%")))
        send_message(replace(here, provider=Lost()), message)
        assert (row(here, message).status, len(simulator.rest.messages.list())) == ("queued", 1)
        later = replace(here, provider=deaf, machine=lambda: datetime.now(UTC) + timedelta(hours=1))
        send_due(later)
        assert (row(here, message).status, len(simulator.rest.messages.list())) == (status, 1)
        deaf._client.http_client.session.close()


def test_a_lost_text_is_sent_even_if_a_similar_one_arrived(caller):
    """Other words, or the same ones of long ago, are another text."""
    with by_twilio(caller.line) as (simulator, here):
        now = datetime.now(UTC)
        for text in (TEXT, replace(TEXT, body="别的短信。"), replace(TEXT, tried=now + timedelta(hours=1))):
            here.provider.send("case:1", text)
        assert len(simulator.rest.messages.list()) == 3
        assert here.provider.send("case:1", replace(TEXT, tried=now)).status == "delivered"
        assert len(simulator.rest.messages.list()) == 3


def test_a_text_with_an_amount_is_never_sent(bare):
    """Whoever wrote it: it fails, and the provider is not asked."""
    put(bare)
    composers = {"case": Composer(lambda *_: replace(TEXT, body="您有八百元待确认。"))}
    send_message(replace(bare, composers=composers), "case:1")
    assert row(bare).status == "failed"


def test_a_permanent_refusal_is_a_result_and_other_errors_are_raised(settings):
    """By the status of the answer."""
    status = [0]

    def twilio(environ, start):
        return Response('{"code": 21211, "message": "no"}', status[-1], content_type="application/json")(environ, start)

    with served(twilio) as url:
        provider = TwilioSms(replace(settings, twilio_api_url={"": url}))
        for status[-1] in (400, 404, 422):
            assert provider.send("case:1", TEXT) == Sent("failed", 21211)
        for status[-1] in (401, 403, 429, 500, 503):
            with pytest.raises(TwilioRestException):
                provider.send("case:1", TEXT)
        provider._client.http_client.session.close()
