"""The real processes of the line are killed at every point of every write; afterwards there is one of everything."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from ivr.simulator.webhooks.delivery import WebhookSender
from ivr.simulator.webhooks.transport import Answer
from tests.call_flows.line import Person
from tests.crashes.planted import IN_A_TURN
from tests.soak.wire import Watched, says_to_wait

TOUCH, WRITE = IN_A_TURN[:2], IN_A_TURN[2:]
EFFECTS = {
    "freeze": ("freezing.freeze", "freezing.keep_freeze"),
    "dispute": ("disputes.file_dispute", "disputes.keep_dispute"),
    "consent": ("offers.set_push", "consents.keep_consent"),
    "unknown": ("effects.find_top_ups", "cases.open_case"),
    "reward": ("offers.rewards_of", "cases.open_case"),
    "security": (None, "cases.open_case"),
    "callback": (None, "callbacks.request_callback"),
    "nothing": (None, "identity.send_code"),
}
"""What each story touches and writes; to listen to one's limits, a code is texted."""


def without_pin(person: Person) -> Person:
    """The code is texted."""
    return replace(person, pin="")


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", EFFECTS)
def test_a_write_is_done_once_wherever_the_process_is_killed(doomed, kind):
    """Before and after the outside, after our own write, before and after the commit: the telephone company asks
    again.
    """
    touch, write = EFFECTS[kind]
    for point in (*(TOUCH if touch else ()), *WRITE):
        planned = doomed.plan(point, touch if point in TOUCH else write)
        caller = doomed.caller()
        caller.person = caller.person if kind != "nothing" else without_pin(caller.person)
        doomed.plays(kind, caller)
        assert not planned.exists(), f"nobody came to {point} of {kind}"
    assert doomed.faults() == []


def at_both_workers(doomed) -> Iterator[Watched]:
    """Connections that are kept, one to each voice worker."""
    workers, found = doomed.rig.pids("voice worker"), {}
    assert len(workers) == 2
    until = time.monotonic() + 30
    while len(found) < len(workers):
        assert time.monotonic() < until, "one worker takes all connections"
        transport = Watched(doomed.company.settings.public_base_url, doomed.company.tally)
        answer = transport._client.get(f"{transport.base_url}/healthz")
        mine = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        there = next(
            (
                pid
                for pid in workers
                if any(one.raddr and one.raddr.port == mine for one in psutil.Process(pid).net_connections("tcp"))
            ),
            None,
        )
        if there is None or found.setdefault(there, transport) is not transport:
            transport.close()
    return iter(found.values())


class Doubled(WebhookSender):
    """Every webhook at the same moment at both voice workers; the answers must be the same."""

    def __init__(self, doomed) -> None:
        super().__init__(None, doomed.company.settings.twilio_auth_token)
        self.both = [WebhookSender(there, self.token) for there in at_both_workers(doomed)]
        self.transport = self.both[0].transport

    def deliver(self, url: str, form: Mapping[str, str], method: str = "POST", seconds: float | None = None) -> Answer:
        """As both have it."""
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(one.deliver, url, form, method, seconds) for one in self.both]
        answers = sorted((one.result() for one in asked), key=says_to_wait)
        assert answers[0].body == answers[1].body or says_to_wait(answers[1])
        self.log.append((url, dict(form), answers[0]))
        return answers[0]

    def close(self) -> None:
        for one in self.both:
            one.transport.close()


@pytest.mark.parametrize("kind", EFFECTS)
def test_of_two_processes_that_get_every_webhook_at_once_one_does_it(doomed, kind):
    """From the dial tone to the words that confirm it."""
    wait_for(lambda: len(doomed.rig.pids("voice worker")) == 2)
    caller = doomed.caller()
    caller.webhooks = doubled = Doubled(doomed)
    caller.person = caller.person if kind != "nothing" else without_pin(caller.person)
    doomed.plays(kind, caller)
    doubled.close()
    assert doomed.faults() == []


def test_callers_do_not_notice_the_death_of_the_web_server(doomed):
    """Its workers go on, on the socket that outlives them; the next one has others."""
    caller = doomed.caller()
    before = doomed.rig.pids("voice worker")
    (master,) = doomed.rig.pids("gunicorn master")
    os.kill(master, signal.SIGKILL)
    refused = doomed.company.tally.counts["refused"]
    doomed.plays("freeze", caller)
    assert doomed.told[-1].confirmed and all(psutil.pid_exists(pid) for pid in before)
    assert doomed.company.tally.counts["refused"] == refused
    wait_for(lambda: len(doomed.rig.pids("voice worker")) == 2)
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in before))
    doomed.plays("consent", doomed.caller())
    assert doomed.faults() == []


FOLLOW_UPS = (
    ("before-send", "code", "nothing"),
    ("after-send", "freeze", "freeze"),
    ("before-delivery", "case.opened", "dispute"),
    ("after-delivery", "case.opened", "security"),
)


def test_a_text_and_a_delivery_come_once_wherever_the_worker_is_killed(doomed):
    """Before the request and after it, before it was written down; the next worker looks, and does what is left."""
    for point, name, kind in FOLLOW_UPS:
        doomed.rig.kept["worker"].pause = 0.0
        planned = doomed.plan(point, name)
        caller = doomed.caller()
        caller.person = without_pin(caller.person) if name == "code" else caller.person
        doomed.plays(kind, caller)
        wait_for(lambda here=planned: not here.exists())
    assert doomed.faults() == []
