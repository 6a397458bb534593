"""A promised callback is rung at its slot: an agent first, then the customer, once, whoever dies on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
import time as machine
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from ivr.desk.ringing import ring_due
from ivr.desk.tables import ring_attempts, rings
from ivr.engine import journal
from ivr.engine.secrets import ERASED
from ivr.follow_up.jobs import Surroundings
from ivr.follow_up.tries import TAKEN_FOR
from ivr.storage import begin_read, begin_write
from ivr.twilio_rest import TwilioTelephone
from tests.call_flows.line import HAIYUN, Caller
from tests.follow_up.ringing import POINTS
from tests.simulator.company import simulator
from tests.wallet.serving import served
from tests.web.wire import post

ROOT = Path(__file__).parents[2]
NUMBER, CUSTOMER = "13900000001", "+8613900000001"
EVENING, MORNING = "2026-11-23T23:30:00+08:00", "2026-11-24T09:00:00+08:00"


class Exchange:
    """The line, the telephone company, and a worker's surroundings; what agents and customers do is set here."""

    def __init__(self, line, company):
        self.line, self.company, self.now = line, company, datetime.now(UTC)
        self.does = {"agent": "accept", "customer": "accept"}
        runtime = line.app.extensions["line"]
        settings = replace(line.settings, twilio_api_url=company.settings.twilio_api_url)
        self.here = Surroundings(runtime.engine, settings, None, runtime.clock, lambda: self.now, TwilioTelephone(settings))  # fmt: skip
        company.board.agents = lambda number: self.does["customer" if number == CUSTOMER else "agent"]

    def at(self, when):
        """Set the line's clock."""
        self.line.put("clock", {"now": when})
        return self

    def walks(self, here=None):
        """One round, until the telephone company has nothing left to do."""
        ring_due(here or self.here)
        for call in tuple(self.company.board.calls.values()):
            self.company.board.settle(call)
        return self

    def hangs_up(self):
        """Whoever talks has finished."""
        for call in tuple(self.company.board.calls.values()):
            self.company.board.end(call)
            self.company.board.settle(call)

    @property
    def calls(self):
        """Everybody who was rung: agents by us, customers from their legs."""
        return [leg.standard["To"] for call in self.company.board.calls.values() for leg in (call.leg, *call.leg.children)]  # fmt: skip

    @property
    def ring(self):
        """The one ring."""
        with begin_read(self.here.engine) as conn:
            return conn.execute(sa.select(rings)).one()

    def waits_for(self, status):
        until = machine.monotonic() + 5
        while self.ring.status != status and machine.monotonic() < until:
            machine.sleep(0.02)
        return self.ring

    def heard(self, number):
        """What was said to this number, in one text."""
        legs = [leg for call in self.company.board.calls.values() for leg in (call.leg, *call.leg.children)]
        return " ".join(piece.text for leg in legs if leg.standard["To"] == number for piece in leg.heard)


@contextmanager
def exchange(caller, agents=1):
    """A customer was promised a callback in the evening; it is still the evening."""
    caller.line.put("clock", {"now": EVENING})
    caller.calls().presses("0").picks("需要回电", "call back").enters(NUMBER + "#").picks("是", "yes")
    caller.line.put("agents", {"available": agents, "answer": "accept"})
    with served(lambda environ, start: caller.line.app(environ, start)) as url:
        caller.line.settings = replace(caller.line.settings, public_base_url=url)
        caller.line.restart()
        with simulator(SimpleNamespace(url=url), caller.line.settings) as company:
            made = Exchange(caller.line, company)
            try:
                yield made
            finally:
                made.here.telephone._client.http_client.session.close()


@pytest.mark.requirement("R4")
def test_at_its_slot_an_agent_is_rung_and_then_the_customer(caller):
    """Not a minute before; the agent hears what it is about, the customer who is calling, and nothing of the account."""
    with exchange(caller) as line:
        assert line.at("2026-11-24T08:59:00+08:00").walks().calls == []
        line.at(MORNING).walks()
        agent = line.calls[0]
        assert line.calls == [agent, CUSTOMER] and line.ring.status == "reached"
        call = line.company.rest.calls.list(to=agent)[0]
        assert (call._from, call.direction) == (HAIYUN, "outbound-api")
        assert ("回电" if caller.lang == "zh" else "Callback") in line.heard(agent)
        assert ("按您的要求回电" if caller.lang == "zh" else "calling back as you asked") in line.heard(CUSTOMER)
        line.hangs_up()
        line.at("2026-11-25T12:00:00+08:00").walks()
        assert len(line.calls) == 2


@pytest.mark.parametrize("who, does, rung", [("agent", "no-answer", 3), ("agent", "decline", 3), ("agent", "busy", 3), ("customer", "no-answer", 6), ("customer", "busy", 6), ("customer", "decline", 6)])  # fmt: skip
def test_who_does_not_answer_is_tried_twice_more_and_then_seen_as_missed(caller, who, does, rung):
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


def test_nobody_on_duty_or_a_closed_line_rings_nobody_and_costs_no_try(caller):
    """It waits for the next opening, or for somebody to come."""
    with exchange(caller) as line:
        line.line.put("agents", {"available": 0})
        assert line.at(MORNING).walks().calls == []
        line.line.put("agents", {"available": 1})
        assert line.at("2026-11-24T23:00:00+08:00").walks().calls == []
        assert line.at("2026-11-25T08:59:00+08:00").walks().calls == []
        line.at("2026-11-25T09:00:00+08:00").walks()
        assert (line.ring.status, line.ring.tries) == ("reached", 0)


@pytest.mark.parametrize("setting", ["callback_prefixes", "callback_dial_prefixes"])
def test_a_number_that_may_not_be_rung_is_left_to_people(caller, setting):
    """Whatever was promised under other settings; with no prefix at all the line rings nobody."""
    with exchange(caller) as line:
        for prefixes in ((), ("+1",)):
            narrow = replace(line.here, settings=replace(line.here.settings, **{setting: prefixes}))
            assert line.at(MORNING).walks(narrow).calls == []
            assert line.ring.status == "by-hand"


def test_an_agent_who_is_on_the_telephone_is_rung_for_nobody_else(caller):
    """The second callback waits until the first talk is over."""
    with exchange(caller) as line:
        with begin_write(line.here.engine) as conn:
            kept = dict(conn.execute(sa.text("SELECT * FROM callbacks")).one()._mapping) | {"n": 99, "id": "second"}
            names = ", ".join(f'"{name}"' for name in kept)
            conn.execute(sa.text(f"INSERT INTO callbacks ({names}) VALUES ({', '.join(':' + name for name in kept)})"), kept)  # fmt: skip
            conn.execute(sa.insert(rings).values(id="second", at=MORNING, status="queued", tries=0))
        line.at(MORNING).walks().walks()
        assert line.calls.count(CUSTOMER) == 1
        line.hangs_up()
        line.at("2026-11-24T09:02:00+08:00").walks()
        assert line.calls.count(CUSTOMER) == 2


def test_of_many_workers_one_rings(caller):
    """Eight at once."""
    with exchange(caller) as line:
        line.at(MORNING)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: ring_due(line.here), range(8)))
        line.waits_for("reached")
        assert line.calls.count(CUSTOMER) == 1 and len(line.calls) == 2


@pytest.mark.parametrize("deaf", [False, True], ids=["notices-come", "notices-lost"])
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_rings_once(line, point, deaf):
    """Before or after the request: the next worker looks for the call, and places it only if there is none."""
    with exchange(Caller(line, "zh")) as line:
        line.at(MORNING)
        url = line.here.engine.url.render_as_string(hide_password=False)
        told_at = "http://127.0.0.1:9" if deaf else line.line.settings.public_base_url
        command = [sys.executable, "-m", "tests.follow_up.ringing", url, told_at]
        command += [line.here.settings.twilio_api_url, str(line.line.settings.data_dir), line.now.isoformat(), point]
        killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        rung = len(line.company.board.calls)
        assert rung == (point in ("after-call", "after-commit"))
        if point != "before-attempt":
            line.walks()
            assert len(line.company.board.calls) == rung  # the other one may still be alive
        line.now += TAKEN_FOR
        line.walks().at("2026-11-24T09:01:00+08:00").walks()
        assert len(line.company.board.calls) == 1
        if not deaf:
            assert line.waits_for("reached").status == "reached" and line.calls.count(CUSTOMER) == 1


def test_an_answer_that_is_lost_is_looked_for(caller):
    """The request arrived, its answer did not: nobody is rung twice."""
    with exchange(caller) as line:
        line.does["agent"] = "person"

        class Lost(TwilioTelephone):
            def ring(self, ringing):
                super().ring(ringing)
                raise TimeoutError

        line.at(MORNING).walks(replace(line.here, telephone=Lost(line.here.settings)))
        line.now += TAKEN_FOR
        line.walks()
        with begin_read(line.here.engine) as conn:
            known = conn.scalar(sa.select(ring_attempts.c.call))
        assert known == next(iter(line.company.board.calls)) and len(line.calls) == 1


def test_a_telephone_company_that_is_away_costs_no_try(caller):
    """Nor does one that does not know us; when it is back, the callback is made."""
    with exchange(caller) as line:
        away = replace(line.here.settings, twilio_api_url="http://127.0.0.1:9")
        strange = replace(line.here.settings, twilio_auth_token="another")
        line.at(MORNING)
        for place, wrong in enumerate((strange, away)):
            line.at(f"2026-11-24T09:0{place * 2}:00+08:00").walks(replace(line.here, telephone=TwilioTelephone(wrong)))
            line.now += TAKEN_FOR
            line.walks()
        line.at("2026-11-24T09:05:00+08:00").walks()
        assert (line.ring.status, line.ring.tries, line.calls.count(CUSTOMER)) == ("reached", 0, 1)


def test_a_notice_that_is_lost_is_asked_for(caller):
    """The agent did not answer, and nobody said so."""
    with exchange(caller) as line:
        line.does["agent"] = "no-answer"
        silent = replace(line.here, settings=replace(line.here.settings, public_base_url="http://127.0.0.1:9"))
        line.at(MORNING).walks(silent)
        assert line.ring.status == "ringing"
        line.now += TAKEN_FOR
        line.walks()
        assert (line.ring.status, line.ring.ended) == ("queued", "agent did not answer")


def test_while_twilio_is_away_nothing_is_settled_and_others_are_rung(caller):
    """A look-up that fails is made again a minute later."""
    with exchange(caller) as line:
        line.does["agent"] = "person"
        away = replace(line.here, telephone=TwilioTelephone(replace(line.here.settings, twilio_api_url="http://127.0.0.1:9")))  # fmt: skip
        line.at(MORNING).walks()
        for _ in range(2):
            line.now += TAKEN_FOR
            line.walks(away)
            assert line.ring.status == "ringing"
        line.hangs_up()
        assert line.waits_for("queued").ended == "declined" and len(line.calls) == 1


def test_an_erased_number_is_not_rung(caller):
    """Nothing can be read, so nobody is called."""
    with exchange(caller) as line:
        with begin_write(line.here.engine) as conn:
            conn.execute(sa.update(journal.calls).values(key_sealed=ERASED))
        assert line.at(MORNING).walks().calls == [] and line.ring.status == "erased"


PATHS = ("", "/answer", "/customer", "/customer/answer", "/talked", "/leg")


@pytest.mark.parametrize("path", PATHS)
def test_an_address_of_a_ring_answers_nobody_who_is_not_signed(line, path):
    """And a mark that nobody gave out gets nothing but the end."""
    at = f"/voice/rings/ffffffffffffffff{path}"
    assert post(line, at, {"Digits": "1"}, signed="forged").status_code == 403
    answer = post(line, at, {"Digits": "1", "CallStatus": "completed", "DialCallStatus": "completed"})
    assert answer.status_code == 200 and "<Dial" not in answer.text and "<Say" not in answer.text


@pytest.mark.parametrize("over", [False, True], ids=["talking", "over"])
def test_once_the_two_are_joined_no_address_rings_anybody_or_tells_a_number(caller, over):
    """A webhook that comes late or twice, from whoever has seen it."""
    with exchange(caller) as line:
        line.at(MORNING).walks()
        if over:
            line.hangs_up()
        sent = [request for call in line.company.board.calls.values() for request in call.leg.courier.log]
        for url, form, _answer in sent:
            again = post(line.line, url.removeprefix(line.line.settings.public_base_url).partition("#")[0], form)
            assert "<Dial" not in again.text and CUSTOMER not in again.text
        assert sent and line.ring.status == "reached" and line.ring.next is None
