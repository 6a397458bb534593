"""A call in the browser phone: one thread acts, any number of browser windows watch.

Actions go into a queue. The call's own thread takes them out and carries them out on the telephone, so a slow answer or
an agent who lets it ring blocks no request. Windows poll for the whole state; `version` tells whether it changed. A
window that has not yet seen what another window did is refused, instead of pressing a key for a prompt it never showed.
Watching is not acting: a call without actions is ended after an hour, by the simulator's clock.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ivr.simulator.account.sids import new_sid
from ivr.simulator.browser_phone.agent_seat import AgentSeat
from ivr.simulator.browser_phone.timed_transport import TimedTransport
from ivr.simulator.browser_phone.transcript import Transcript
from ivr.simulator.calls.call_runner import RunningCall
from ivr.simulator.calls.phone import Phone
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.twiml.speech import PERSON, Speech
from ivr.simulator.webhooks.delivery import WebhookFailed
from ivr.simulator.webhooks.transport import Transport

ABANDONED_AFTER = 3600.0
"""Seconds without any action after which the call is ended."""
GLANCE = 0.5
"""Seconds between two checks of the clock."""
ACTIONS = ("press", "wait", "speak", "hang-up", "repeat")


class Refused(Exception):
    """An action that is not possible now. The text is a code, which the page turns into words."""


def _done() -> threading.Event:
    done = threading.Event()
    done.set()
    return done


class LiveCall:
    """A telephone, the thread that operates it, and the transcript."""

    def __init__(
        self,
        transport: Transport,
        make_phone: Callable[[TimedTransport, AgentSeat], Phone],
        line: str,
        caller: str,
        mode: str,
        scene: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self.sid, self.started, self._clock = new_sid(), time.time(), clock
        self.line, self.caller = line, caller
        self.transport = TimedTransport(transport)
        self.seat = AgentSeat(mode, scene, lambda: self.phone, self._news)
        self.phone = make_phone(self.transport, self.seat)
        self.transcript = Transcript()
        self.version, self.working, self.over, self.closed = 0, True, False, False
        self._heard = self._faults = self._told = 0
        self._overheard: Counter[str] = Counter()
        """By agent's leg: how much of what is said on it is in the transcript. The seat shows the beginning ahead of
        time."""
        self._window = ""
        self._lock = threading.RLock()
        self._running: RunningCall | None = None
        self._tasks: deque[Callable[[], None]] = deque()
        """What others do to this call, each with a `meet` among the actions."""
        self._actions: queue.Queue[tuple[str, str, threading.Event]] = queue.Queue()

    def begin(self) -> None:
        """Call the line from the call's own thread."""
        threading.Thread(target=self._live, name=f"call-{self.sid[-6:]}", daemon=True).start()

    def order(self, kind: str, keys: str, window: str, seen: int) -> threading.Event:
        """Queue an action; the event is set when it is done. Raises Refused."""
        with self._lock:
            if self.closed or (self.over and kind != "repeat"):
                raise Refused("over")
            if kind in ("press", "wait", "speak"):
                if self.seat.stage:  # keys have no effect while an agent is being called
                    return _done()
                self._take_turns(window, seen)
            if kind == "press":
                self.transcript.key(keys, self.transport.turn + 1)
                self._news()
        if kind == "hang-up":
            self.seat.leave()
        done = threading.Event()
        self._actions.put((kind, keys, done))
        return done

    def meet(self, task: Callable[[], None]) -> None:
        """What another leg, or a REST request, does to this call; it comes after the actions before it."""
        self._tasks.append(task)
        self._actions.put(("meet", "", threading.Event()))

    @property
    def running(self) -> RunningCall | None:
        """This call as one of the account's; None before it is dialled."""
        with self._lock:
            if self._running is None and self._leg() is not None:
                self._running = RunningCall(self.phone.call, carry=self.meet)
            return self._running

    @property
    def talks(self) -> bool:
        """Whether a person on another leg hears the caller. An agent on a leg of this call is played by its seat."""
        leg = self._leg()
        return leg is not None and self._state() == "talking" and leg.talking_to not in leg.children

    def picture(self) -> dict[str, Any]:
        """The whole state of the call, as a window shows it."""
        with self._lock:
            self._collect()
            state = self._state()
            waiting = self.phone.call.waiting if state == "listening" else None
            return {
                "sid": self.sid,
                "line": self.line,
                "caller": self.caller,
                "started": self.started,
                "version": self.version,
                "state": state,
                "agent": self.seat.shown() | ({"number": self.phone.talking_to} if self.phone.talking_to else {}),
                "turn": self.transport.turn,
                "options": [asdict(one) for one in self.phone.options if one.key.isascii() and one.key.isdigit()]
                if waiting
                else [],
                "seconds": waiting.seconds if waiting else 0,
                "records": bool(waiting) and self.phone.may_speak,
                "talks": self.talks,
                "lines": self.transcript.shown(),
            }

    def hide(self, turns: set[int]) -> None:
        """Mask the keys of personal entries in these turns."""
        with self._lock:
            if self.transcript.hide(turns):
                self._news()

    def close(self) -> None:
        """End the thread; the call must be over."""
        self.closed = True
        self._actions.put(("", "", threading.Event()))

    def _take_turns(self, window: str, seen: int) -> None:
        # The window that pressed last may type ahead; another window must have seen the result first.
        if window != self._window and seen < self._told:
            raise Refused("other-window")
        self._window = window

    def _live(self) -> None:
        self._act(lambda: self.phone.dials(self.line, self.caller, sid=self.sid))
        acted = self._clock()
        while not self.closed:
            try:
                kind, keys, done = self._actions.get(timeout=GLANCE)
            except queue.Empty:
                if self._clock() - acted >= ABANDONED_AFTER:
                    self._abandon()
                continue
            self._do(kind, keys)
            done.set()
            acted = self._clock()

    def _abandon(self) -> None:
        if not self.over:
            self._note("abandoned")
            self._act(self.phone.hangs_up)
        self.closed = True

    def _do(self, kind: str, keys: str) -> None:
        if kind == "repeat":
            self._act(self._repeat)
        elif self.over:
            return
        elif kind == "meet":
            self._act(self._tasks.popleft())
        elif kind == "speak" and self.talks:
            self._say(keys)
        elif kind == "press":
            self._act(lambda: self.phone.presses(keys))
        elif kind == "speak":
            self._note("spoke", keys)
            self._act(lambda: self.phone.speaks(words=keys))
        elif kind == "wait":
            self._note("agent-left" if self.phone.talking_to else "silence")
            self._act(self.phone.waits)
        else:
            self._note("hung-up")
            self._act(self.phone.hangs_up)

    def _say(self, words: str) -> None:
        """Say something to the agent who took this call out of the queue."""
        self._note("said", words)
        self.phone.account.say(self.phone.call.leg, words)

    def _act(self, action: Callable[[], object]) -> None:
        self.working = True
        self._news()
        try:
            action()
        except Exception as error:  # the page shows what happened, whatever it was
            self._note("broken", f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
            self.over = True
        with self._lock:
            self.working = False
            self._collect()
            if (self.over or self.phone.over) and not any(line.code == "over" for line in self.transcript.lines):
                self.over = True
                self._note("over")
            self._news()
            self._told = self.version

    def _repeat(self) -> None:
        started = time.perf_counter()
        try:
            before, now = self.phone.webhooks.again()
        except (WebhookFailed, IndexError) as fault:
            self._note("repeat-failed", str(fault))
            return
        took = (time.perf_counter() - started) * 1000
        self._note("repeat-same" if before.body == now.body else "repeat-other", f"{len(now.body)} B · {took:.0f} ms")

    def _collect(self) -> None:
        leg = self._leg()
        if leg is None:
            return
        for piece in leg.heard[self._heard :]:
            self._heard += 1
            self._news("", "", piece, "agent" if piece.voice == PERSON else "line")
        for child in leg.children:
            for piece in child.heard[self._overheard[child.sid] :]:
                self._news("", "", piece)
        for fault in leg.faults[self._faults :]:
            self._faults += 1
            self._note("fault", str(fault))

    def _leg(self) -> Leg | None:
        try:
            return self.phone.call.leg
        except AssertionError:  # not dialled yet
            return None

    def _note(self, code: str, text: str = "") -> None:
        self._news(code, text)

    def _news(self, code: str = "", text: str = "", piece: Speech | None = None, who: str = "whisper") -> None:
        with self._lock:
            self.version += 1
            if piece is not None:
                if who == "whisper":
                    self._overheard[self.phone.call.leg.children[-1].sid] += 1
                self.transcript.hear(who, piece, self.transport.turn, self.transport.slow)
            elif code:
                self._collect()
                self.transcript.note(code, text, self.transport.turn)

    def _state(self) -> str:
        if self.over:
            return "over"
        if self.seat.stage:
            return f"agent-{self.seat.stage}"
        if self.working:
            return "working" if self.transcript.lines else "ringing"
        waiting = self.phone.call.waiting
        return "talking" if waiting and waiting.kind == "talking" else "listening"
