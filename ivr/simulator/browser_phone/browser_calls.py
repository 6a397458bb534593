"""The calls placed from the browser phone: place, find, and forget the oldest."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ivr.config.settings import Settings
from ivr.simulator.account.account import Account
from ivr.simulator.browser_phone.agent_seat import AgentSeat
from ivr.simulator.browser_phone.live_call import LiveCall, Refused
from ivr.simulator.browser_phone.timed_transport import TimedTransport
from ivr.simulator.calls.call_runner import RunningCall
from ivr.simulator.calls.phone import SIMULATED_ACCOUNT, Phone
from ivr.simulator.webhooks.transport import HttpTransport

MOST_AT_ONCE = 20
MOST_KEPT = 100


class BrowserCalls:
    """The last hundred calls that were placed from a page."""

    def __init__(
        self, settings: Settings, account: Account, scene: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._settings, self._account, self._scene, self._clock = settings, account, scene, clock
        self._transport = HttpTransport(f"http://127.0.0.1:{settings.port}", settings.public_base_url)
        self._calls: dict[str, LiveCall] = {}
        self._lock = threading.Lock()

    def place(self, line: str, caller: str, mode: str) -> LiveCall:
        """Call a line. Raises Refused when too many calls are in progress."""
        with self._lock:
            if len(self.in_progress()) >= MOST_AT_ONCE:
                raise Refused("too-many")
            call = LiveCall(self._transport, self._phone, line, caller, mode, self._scene, self._clock)
            call.begin()
            self._forget_the_oldest()
            self._calls[call.sid] = call
        return call

    def find(self, sid: str) -> LiveCall:
        """The call with this SID. Raises Refused when there is none."""
        try:
            return self._calls[sid]
        except KeyError:
            raise Refused("unknown-call") from None

    def running(self, sid: str) -> RunningCall | None:
        """The call with this SID, for REST requests and for events from other legs."""
        call = self._calls.get(sid)
        return call.running if call else None

    def in_progress(self) -> list[LiveCall]:
        """The calls that are not over, oldest first."""
        return [call for call in tuple(self._calls.values()) if not call.over]

    def _forget_the_oldest(self) -> None:
        over = [call for call in self._calls.values() if call.over]
        for call in over[: max(0, len(self._calls) - MOST_KEPT + 1)]:
            call.close()
            del self._calls[call.sid]

    def _phone(self, timed: TimedTransport, seat: AgentSeat) -> Phone:
        account_sid = self._settings.twilio_account_sid or SIMULATED_ACCOUNT
        token = self._settings.twilio_auth_token
        return Phone(timed, token, account_sid, repeat=False, agents=seat, account=self._account, strict=False)
