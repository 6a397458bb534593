"""Runs all calls of the account; the tasks of one call are carried out one after the other.

Each call has a mailbox, which a thread of the pool empties. So a REST request that arrives in the middle of a webhook
(even one sent by that webhook) is accepted at once and carried out after it. Time is virtual: silence lasts until a
client says `wait` or moves the clock on.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.simulator.account.account import Account
from ivr.simulator.account.leg_events import Event, Input, Interruption, Party, Redirected, Target, Waiting
from ivr.simulator.account.sids import new_sid, now
from ivr.simulator.calls.phone_call import PhoneCall
from ivr.simulator.twiml import speech
from ivr.simulator.twiml.dial import agent_keys
from ivr.simulator.twiml.executor import Agents, Leg
from ivr.simulator.twiml.verbs import VERBS
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks
from ivr.simulator.webhooks.transport import Transport

LONGEST_SETTLING = 30.0
LONGEST_ANSWERS = 20
BROWSER, UNREACHABLE = "browser", "unreachable"
"""How a `client:` address behaves that is registered, and one that is not."""
RINGS = "rings"
"""How a telephone behaves that rings until somebody picks it up, or its time is over."""
CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
WORKER_EVENTS = ("initiated", "ringing", "answered", "completed")
"""Of a call to a worker; Twilio tells them by GET."""


@dataclass(eq=False)
class RunningCall:
    """A call with its mailbox of tasks."""

    phone_call: PhoneCall
    placed_at: float = 0
    created: datetime = field(default_factory=now)
    ended: datetime | None = None
    behaviour: str = "person"
    trunk: str = ""
    """The BYOC trunk by which the called number is reached; empty: Twilio's own network."""
    mark: int = 0
    rings: Target | None = None
    """While a person's browser rings: the document that begins when it is answered."""
    trouble: list[str] = field(default_factory=list)
    carry: Callable[[Callable[[], None]], None] | None = None
    """Carries tasks out for a call that has a thread of its own; None: the mailbox does."""
    mailbox: deque[Callable[[], None]] = field(default_factory=deque)
    working: bool = False

    @property
    def leg(self) -> Leg:
        """The caller's leg."""
        return self.phone_call.leg

    @property
    def status(self) -> str:
        """Twilio's call status."""
        return self.leg.parameters["CallStatus"]

    @property
    def due(self) -> float | None:
        """When silence counts as the answer, by the runner's clock."""
        waiting = self.phone_call.waiting
        if waiting is None or waiting.kind in ("talking", "agent"):
            return None
        return self.placed_at + self.leg.clock + waiting.seconds


@dataclass(eq=False)
class CallRunner:
    """The calls between one account and one app."""

    transport: Transport
    token: str
    account: Account
    agents: Agents = lambda number: "accept"
    """How a called number behaves; `person`: it is answered, and a client of the JSON interface acts for it."""
    is_registered: Callable[[str], bool] = lambda address: False
    """Whether a browser is registered for this `client:` address; its person answers, whatever `agents` says."""
    elsewhere: Callable[[str], RunningCall | None] = lambda sid: None
    """A call of this account that somebody else drives, by its SID."""
    voice: str = "/voice"
    status: str = "/voice/status"
    fallback: str = "/voice/fallback"
    clock: float = 0
    calls: dict[str, RunningCall] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32, thread_name_prefix="switchboard"))
    _closed: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.account.post = self.post
        router = self.account.router
        router.webhooks, router.ring = WebhookSender(self.transport, self.token), self._ring_worker
        router.now = lambda: time.monotonic() + self.clock

    def place(
        self,
        line: str,
        caller: str,
        sid: str = "",
        *,
        agents: str = "",
        held: bool = False,
        bare_hash: str = "silence",
        more: Mapping[str, str] | None = None,
    ) -> RunningCall:
        """A caller calls a line of the app."""
        self.account.called_numbers.add(line)
        leg = self._leg(line, caller, sid, "inbound", agents, bare_hash)
        leg.parameters |= {"CallStatus": "ringing", **(more or {})}
        leg.fallback = self._app_url(self.fallback)
        leg.status_callbacks = StatusCallbacks(leg.webhooks, self._app_url(self.status), held=held)
        call = self._register(RunningCall(PhoneCall(leg), self.clock))
        self.tell(call, lambda: call.phone_call.place(self._app_url(self.voice)))
        return call

    def ring(
        self,
        to: str,
        caller: str,
        target: Target,
        status_callbacks: StatusCallbacks,
        fallback: str = "",
        timeout: float = 60,
        trunk: str = "",
    ) -> RunningCall:
        """The app places a call by REST."""
        leg = self._leg(to, caller, "", "outbound-api")
        leg.parameters["CallStatus"] = "queued"
        leg.fallback, leg.status_callbacks = fallback, replace(status_callbacks, webhooks=leg.webhooks)
        call = self._register(RunningCall(PhoneCall(leg), self.clock, behaviour=self._behaviour(to), trunk=trunk))
        self.tell(call, lambda: self._connect(call, target, timeout))
        return call

    def _ring_worker(self, to: str, caller: str, url: str, status_url: str, timeout: float) -> None:
        """The call of TaskRouter's instruction."""
        if not self.account.may_call_from(caller):
            self.account.router.trouble.append(f"21210: {caller} is no number of the account")
            return
        callbacks = StatusCallbacks(WebhookSender(self.transport, self.token), status_url, "GET", WORKER_EVENTS)
        self.ring(to, caller, Target(url), callbacks, timeout=timeout)

    def adopt(self, sid: str) -> RunningCall | None:
        """A call by its SID. A call that was placed elsewhere is taken over as an answered call that waits."""
        if not CALL_SID.fullmatch(sid):
            return None
        with self._changed:
            if sid not in self.calls:
                leg = self._leg("", "", sid, "inbound")
                leg.answered, leg.fallback = True, self._app_url(self.fallback)
                leg.parameters["CallStatus"] = "in-progress"
                self.calls[sid] = RunningCall(PhoneCall(leg), self.clock)
            return self.calls[sid]

    def find(self, sid: str) -> tuple[RunningCall, Leg] | None:
        """The call and the leg with this SID: the caller's leg, or an agent's."""
        for call in tuple(self.calls.values()):
            for leg in (call.leg, *call.leg.children):
                if leg.sid == sid:
                    return call, leg
        driven = self.elsewhere(sid)
        return (driven, driven.leg) if driven else None

    def redirect(self, call: RunningCall, target: Target) -> None:
        """Redirect a live call to another document."""
        self.tell(call, lambda: self._redirect(call, target))

    def end(self, call: RunningCall, status: str = "completed") -> None:
        """End a call by REST; `canceled` ends it before it is answered."""

        def ending() -> None:
            if status == "canceled" and not call.leg.answered and not call.rings:
                call.leg.parameters["CallStatus"] = "canceled"
                call.phone_call.cancel()
            if call.rings:
                self._stop_ringing(call, "canceled")
            call.phone_call.hang_up()

        self.tell(call, ending)

    def post(self, leg: Party, event: Event) -> None:
        """Deliver an event from another leg, or from REST, to a leg."""
        found = self.find(leg.sid)
        if found is None:
            return
        call = found[0]

        def happen() -> None:
            if not call.rings and not call.phone_call.over and call.phone_call.waiting:
                call.phone_call.interrupt(event) if isinstance(event, Interruption) else call.phone_call.act(event)

        self.tell(call, happen)

    def act(self, call: RunningCall, given: Input) -> None:
        """Input of the person on the call."""

        def act() -> None:
            if call.rings:
                self._pick_up(call, given)
            elif not call.phone_call.over and call.phone_call.waiting:
                if call.phone_call.waiting.kind == "talking":
                    call.leg.clock = max(call.leg.clock, self.clock - call.placed_at)
                call.phone_call.act(given)

        self.tell(call, act)

    def tell(self, call: RunningCall, task: Callable[[], None]) -> None:
        """Put a task into the call's mailbox."""
        if call.carry is not None:
            call.carry(task)
            return
        with self._changed:
            if self._closed:
                return
            call.mailbox.append(task)
            if not call.working:
                call.working = True
                self._pool.submit(self._empty, call)

    def settle(self, call: RunningCall) -> None:
        """Return when the call's mailbox is empty."""
        with self._changed:
            self._changed.wait_for(lambda: not call.working, LONGEST_SETTLING)

    def advance(self, seconds: float) -> None:
        """Move the clock on; time-outs that pass meanwhile end in silence, in order."""
        until = self.clock + seconds
        for _moment in range(10_000):
            due = min(self._dues(until), key=lambda pair: pair[0], default=None)
            if due is None:
                break
            self.clock = max(self.clock, due[0])
            self.act(due[1], Input())
            self.settle(due[1])
        self.clock = until
        self.account.router.look()

    def later(self, task: Callable[[], None]) -> None:
        """Run a task that belongs to no call."""
        self._pool.submit(task)

    def close(self) -> None:
        """Accept no further tasks."""
        with self._changed:
            self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _dues(self, until: float) -> Iterator[tuple[float, RunningCall]]:
        for call in tuple(self.calls.values()):
            if call.due is not None and call.due <= until and not call.phone_call.over:
                yield call.due, call

    def _empty(self, call: RunningCall) -> None:
        while True:
            with self._changed:
                if not call.mailbox:
                    call.working = False
                    self._changed.notify_all()
                    return
                task = call.mailbox.popleft()
            self._carry_out(call, task)

    def _carry_out(self, call: RunningCall, task: Callable[[], None]) -> None:
        heard = len(call.leg.heard)
        try:
            task()
            self._answer_for(call)
        except Exception as error:  # a bug here or a loop in the app ends this call only
            call.trouble.append(f"{type(error).__name__}: {error}")
            call.phone_call.hang_up()
        if len(call.leg.heard) > heard or call.phone_call.over:
            call.mark = heard
        if call.phone_call.over and call.ended is None:
            call.ended = now()

    def _behaviour(self, to: str) -> str:
        """A registered browser rings; one that is not behaves as the lab's agents do, or cannot be reached."""
        if self.is_registered(to):
            return BROWSER
        behaviour = self.agents(to)
        return UNREACHABLE if to.startswith("client:") and behaviour == "person" else behaviour

    def _connect(self, call: RunningCall, target: Target, timeout: float) -> None:
        if call.status == "canceled":
            call.phone_call.cancel()
            return
        call.leg.set_status("initiated", "initiated")
        if call.behaviour == UNREACHABLE:  # nothing rings, so nobody waits for the time-out
            self._stop_ringing(call, "no-answer")
            return
        call.leg.set_status("ringing", "ringing")
        if call.behaviour in (BROWSER, RINGS):
            call.rings, call.phone_call.waiting = target, Waiting("ringing", timeout + 5)
            return
        if call.behaviour in ("busy", "no-answer", "failed"):
            call.leg.parameters["CallStatus"] = call.behaviour
            call.phone_call.hang_up()
            return
        call.leg.answer()
        call.phone_call.start(target)

    def _pick_up(self, call: RunningCall, given: Input) -> None:
        """The person answers (keys), declines (hangs up), or lets it ring until the time-out."""
        target = call.rings
        if not given.keys or target is None:
            self._stop_ringing(call, "busy" if given.hangs_up else "no-answer")
            return
        call.rings = None
        call.leg.answer()
        call.phone_call.start(target)

    def _stop_ringing(self, call: RunningCall, status: str) -> None:
        call.rings, call.phone_call.waiting = None, None
        call.leg.parameters["CallStatus"] = status
        call.phone_call.hang_up()

    def _answer_for(self, call: RunningCall) -> None:
        """An agent whom the app called presses keys as the lab's agents do."""
        for _turn in range(LONGEST_ANSWERS if call.behaviour not in ("person", BROWSER, RINGS) else 0):
            if call.phone_call.over or not call.phone_call.waiting or call.phone_call.waiting.kind != "keys":
                return
            if call.behaviour == "hangs-up":
                call.phone_call.hang_up()
                return
            call.phone_call.act(Input(agent_keys(call.leg.heard, call.behaviour)))

    def _redirect(self, call: RunningCall, target: Target) -> None:
        if call.phone_call.over:
            return
        if call.rings:
            call.rings = target
        elif call.phone_call.waiting:
            call.phone_call.interrupt(Redirected(target))
        else:
            call.phone_call.start(target)

    def _leg(self, to: str, caller: str, sid: str, direction: str, agents: str = "", bare_hash: str = "silence") -> Leg:
        parameters = {
            "CallSid": sid or new_sid(),
            "AccountSid": self.account.sid,
            "From": caller,
            "To": to,
            "Caller": caller,
            "Called": to,
            "ApiVersion": "2010-04-01",
            "Direction": direction,
        }
        return Leg(
            WebhookSender(self.transport, self.token),
            parameters,
            VERBS,
            strict=False,
            account=self.account,
            agents=(lambda number: agents) if agents else self._at_work,
            bare_hash=bare_hash,
        )

    def _at_work(self, number: str) -> str:
        behaviour = self.agents(number)
        return "accept" if behaviour == "person" else behaviour

    def _register(self, call: RunningCall) -> RunningCall:
        with self._changed:
            self.calls[call.leg.sid] = call
        return call

    def _app_url(self, path: str) -> str:
        return self.transport.base_url + path


def options(call: RunningCall) -> list[speech.Option]:
    """The menu options heard since the last input."""
    return speech.options(call.leg.heard[call.mark :])


def again(call: RunningCall, place: int) -> tuple[bytes, bytes]:
    """Send an earlier webhook of the call again: the body of its first answer, and of the new one."""
    url, form, before = call.leg.webhooks.log[place]
    try:
        return before.body, call.leg.webhooks.deliver(url, form).body
    except WebhookFailed as fault:
        return before.body, str(fault).encode()
