"""Whoever dies or is away on the way, a callback is rung once, and what is uncertain is looked for."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException
from werkzeug.wrappers import Response

from ivr.callbacks.tables import ring_attempts
from ivr.follow_up.outbox import LEASE
from ivr.storage.database import begin_read
from ivr.telephony.dialling import NotPlaced, Ringing
from ivr.telephony.twilio_rest import TwilioTelephone
from tests.call_flows.line import HAIYUN, Caller
from tests.follow_up.exchange import CUSTOMER, MORNING, exchange
from tests.follow_up.ringing import POINTS
from tests.wallet.serving import served
from tests.web.wire import post

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("deaf", [False, True], ids=["notices-come", "notices-lost"])
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_rings_once(line, point, deaf):
    """Before or after the request: the next worker looks for the call, and places it only if there is none."""
    with exchange(Caller(line, "zh")) as line:
        line.at(MORNING)
        url = line.here.engine.url.render_as_string(hide_password=False)
        told_at = "http://127.0.0.1:9" if deaf else line.line.settings.public_base_url
        command = [sys.executable, "-m", "tests.follow_up.ringing", url, told_at]
        command += [
            line.here.settings.twilio_api_url[""],
            str(line.line.settings.data_dir),
            line.now.isoformat(),
            point,
        ]
        killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        rung = len(line.simulator.runner.calls)
        assert rung == (point in ("after-call", "after-commit"))
        if point != "before-attempt":
            line.walks()
            assert len(line.simulator.runner.calls) == rung  # the other one may still be alive
        line.now += LEASE
        line.walks().at("2026-11-24T09:01:00+08:00").walks()
        assert len(line.simulator.runner.calls) == 1
        if not deaf:
            assert line.waits_for("reached").status == "reached" and line.calls.count(CUSTOMER) == 1


def test_a_call_whose_response_was_lost_is_looked_up(caller):
    """The request arrived, its answer did not: nobody is rung twice."""
    with exchange(caller) as line:
        line.does["agent"] = "person"

        class Lost(TwilioTelephone):
            def ring(self, ringing):
                super().ring(ringing)
                raise TimeoutError

        line.at(MORNING).walks(replace(line.here, telephone=Lost(line.here.settings)))
        line.now += LEASE
        line.walks()
        with begin_read(line.here.engine) as conn:
            known = conn.scalar(sa.select(ring_attempts.c.call))
        assert known == next(iter(line.simulator.runner.calls)) and len(line.calls) == 1


def test_an_unavailable_telephone_company_uses_no_try(caller):
    """Nor does one that does not know us; when it is back, the callback is made."""
    with exchange(caller) as line:
        away = replace(line.here.settings, twilio_api_url={"": "http://127.0.0.1:9"})
        strange = replace(line.here.settings, twilio_auth_token="another")
        line.at(MORNING)
        for place, wrong in enumerate((strange, away)):
            line.at(f"2026-11-24T09:0{place * 2}:00+08:00").walks(replace(line.here, telephone=TwilioTelephone(wrong)))
            line.now += LEASE
            line.walks()
        line.at("2026-11-24T09:05:00+08:00").walks()
        assert (line.ring.status, line.ring.tries, line.calls.count(CUSTOMER)) == ("reached", 0, 1)


def test_a_refusal_means_not_placed_and_other_errors_mean_unknown(settings):
    """By the status of the answer; a wrong token or too many requests say nothing of the number."""
    status = [0]

    def twilio(environ, start):
        return Response('{"code": 21217, "message": "no"}', status[-1], content_type="application/json")(environ, start)

    with served(twilio) as url:
        telephone = TwilioTelephone(replace(settings, twilio_api_url={"": url}))
        for status[-1], code in ((400, 21217), (404, 21217), (401, 0), (403, 0), (429, 0)):
            with pytest.raises(NotPlaced) as refused:
                telephone.ring(Ringing("+8619900009001", HAIYUN, url, url))
            assert refused.value.code == code
        for status[-1] in (500, 503):
            with pytest.raises(TwilioRestException):
                telephone.ring(Ringing("+8619900009001", HAIYUN, url, url))
        telephone._client.http_client.session.close()


def test_a_refused_number_counts_as_an_agent_who_did_not_answer(caller):
    """The others are rung; with nobody left the try is over."""
    with exchange(caller, agents=2) as line:

        class Refusing(TwilioTelephone):
            def ring(self, ringing):
                if ringing.to.endswith("01"):
                    raise NotPlaced(21217)
                return super().ring(ringing)

        picky = replace(line.here, telephone=Refusing(line.here.settings))
        line.at(MORNING).walks(picky)
        assert (line.ring.status, line.ring.ended) == ("queued", "refused with 21217")
        line.walks(picky)
        assert line.waits_for("reached").tries == 0 and line.calls.count(CUSTOMER) == 1
        picky.telephone._client.http_client.session.close()


def test_a_repeated_key_of_the_customer_connects_again(caller):
    """The first answer got lost: the same one comes, and nobody else is rung."""
    with exchange(caller) as line:
        line.at(MORNING).walks()
        (agent,) = line.simulator.runner.calls.values()
        sent = [entry for child in agent.leg.children for entry in child.webhooks.log if "/customer/answer" in entry[0]]
        for url, form, answer in sent:
            again = post(line.line, url.removeprefix(line.line.settings.public_base_url).partition("#")[0], form)
            assert again.data == answer.body and "<Hangup" not in again.text
        assert sent


def test_a_repeated_key_of_the_agent_gets_the_same_summary_and_rings_one_customer(caller):
    """The first answer got lost: the summary comes again, and after it the same customer is dialled."""
    with exchange(caller) as line:
        line.does["agent"] = "person"
        line.at(MORNING).walks()
        (agent,) = line.simulator.runner.calls.values()
        at = "/voice/rings/" + agent.leg.webhooks.log[0][0].partition("/voice/rings/")[2][:16] + "/answer"
        first, again = (post(line.line, at, {"Digits": "1"}) for _ in range(2))
        assert first.data == again.data and ("未验证" if caller.lang == "zh" else "Not verified") in again.text
        assert again.text.index("<Say") < again.text.index("<Dial") and again.text.count(CUSTOMER) == 1


def test_a_lost_status_callback_is_replaced_by_a_query(caller):
    """The agent did not answer, and nobody said so."""
    with exchange(caller) as line:
        line.does["agent"] = "no-answer"
        silent = replace(line.here, settings=replace(line.here.settings, public_base_url="http://127.0.0.1:9"))
        line.at(MORNING).walks(silent)
        assert line.ring.status == "ringing"
        line.now += LEASE
        line.walks()
        assert (line.ring.status, line.ring.ended) == ("queued", "agent did not answer")


def test_while_twilio_is_unavailable_attempts_stay_open_and_others_are_rung(caller):
    """A look-up that fails is made again a minute later."""
    with exchange(caller) as line:
        line.does["agent"] = "person"
        away = replace(
            line.here, telephone=TwilioTelephone(replace(line.here.settings, twilio_api_url={"": "http://127.0.0.1:9"}))
        )
        line.at(MORNING).walks()
        for _ in range(2):
            line.now += LEASE
            line.walks(away)
            assert line.ring.status == "ringing"
        line.hangs_up()
        assert line.waits_for("queued").ended == "declined" and len(line.calls) == 1


PATHS = ("", "/answer", "/customer", "/customer/answer", "/talked", "/leg")


@pytest.mark.parametrize("path", PATHS)
def test_a_callback_webhook_refuses_an_unsigned_request(line, path):
    """And a mark that nobody gave out gets nothing but the end."""
    at = f"/voice/rings/ffffffffffffffff{path}"
    assert post(line, at, {"Digits": "1"}, signed="forged").status_code == 403
    answer = post(line, at, {"Digits": "1", "CallStatus": "completed", "DialCallStatus": "completed"})
    assert answer.status_code == 200 and "<Dial" not in answer.text and "<Say" not in answer.text


@pytest.mark.parametrize("over", [False, True], ids=["talking", "over"])
def test_after_the_connection_no_webhook_rings_anybody_or_reveals_a_number(caller, over):
    """A webhook that comes late or twice, from whoever has seen it."""
    with exchange(caller) as line:
        line.at(MORNING).walks()
        if over:
            line.hangs_up()
        sent = [request for call in line.simulator.runner.calls.values() for request in call.leg.webhooks.log]
        for url, form, _answer in sent:
            again = post(line.line, url.removeprefix(line.line.settings.public_base_url).partition("#")[0], form)
            assert "<Dial" not in again.text and CUSTOMER not in again.text
        assert sent and line.ring.status == "reached" and line.ring.next is None


@pytest.mark.parametrize("leg_first", [False, True], ids=["talked-first", "leg-first"])
def test_a_customer_who_accepts_when_the_agent_has_left_is_rung_again(caller, leg_first):
    """Nobody talked: the callback is not done, however often and in which order that is told."""
    with exchange(caller) as line:
        line.does["agent"] = "person"
        line.at(MORNING).walks()
        (agent,) = line.simulator.runner.calls.values()
        at = "/voice/rings/" + agent.leg.webhooks.log[0][0].partition("/voice/rings/")[2][:16]
        post(line.line, at + "/answer", {"Digits": "1"})
        assert "<Hangup" not in post(line.line, at + "/customer/answer", {"Digits": "1"}).text
        notices = [
            ("/talked", {"DialCallStatus": "completed", "DialBridged": "false"}),
            ("/leg", {"CallStatus": "completed"}),
        ]
        for path, form in 2 * (notices[::-1] if leg_first else notices):
            post(line.line, at + path, form)
        assert (line.ring.status, line.ring.ended, line.ring.tries) == ("queued", "agent left", 1)
