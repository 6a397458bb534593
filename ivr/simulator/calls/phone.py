"""A telephone for dialogue tests: dial, listen, press keys.

    caller = Phone(ClientTransport(app.test_client()), token="12345")
    caller.dials("+862155500100").hears("请选择").chooses("充值").enters("13900000001#")

Every document is validated against Twilio's rules, and every webhook is sent twice: the second answer must be the same
bytes. With `before_repeat` a test can rebuild the app in between, as after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivr.simulator.account.account import Account
from ivr.simulator.account.leg_events import Input
from ivr.simulator.account.recordings import is_written_in_chinese
from ivr.simulator.account.sids import new_sid
from ivr.simulator.calls.phone_call import PhoneCall
from ivr.simulator.twiml import speech
from ivr.simulator.twiml.executor import Agents, Leg
from ivr.simulator.twiml.speech import Option, Speech
from ivr.simulator.twiml.verbs import VERBS
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender
from ivr.simulator.webhooks.transport import Transport

SIMULATED_ACCOUNT = "AC" + "0" * 32
ANONYMOUS = "+266696687"
"""Twilio's `From` when the caller withholds the number."""


def _nothing() -> None:
    return None


class Phone:
    """One caller's telephone; most methods return the phone itself, so that calls can be chained."""

    def __init__(
        self,
        transport: Transport,
        token: str,
        account_sid: str = SIMULATED_ACCOUNT,
        *,
        repeat: bool = True,
        before_repeat: Callable[[], object] = _nothing,
        agents: Agents | str = "accept",
        bare_hash: str = "silence",
        keeps_silence: bool = True,
        keeps_keys: bool = True,
        account: Account | None = None,
        strict: bool = True,
        voice: str = "/voice",
        status: str = "/voice/status",
        fallback: str = "/voice/fallback",
    ) -> None:
        self.webhooks = WebhookSender(transport, token, repeat, before_repeat)
        self.agents = agents
        self.account, self.keeps_silence = account or Account(account_sid), keeps_silence
        self.bare_hash, self.keeps_keys = bare_hash, keeps_keys
        self._account, self._strict = account_sid, strict
        self._urls = [transport.base_url + path if path else "" for path in (voice, status, fallback)]
        self._call: PhoneCall | None = None
        self._mark = 0

    def dials(self, line: str, from_: str = "+8613900000001", *, sid: str = "", **more: str) -> Phone:
        """Place a call; `more`: further parameters, such as ForwardedFrom."""
        voice, status, fallback = self._urls
        parameters = {
            "CallSid": sid or new_sid(),
            "AccountSid": self._account,
            "From": from_,
            "To": line,
            "Caller": from_,
            "Called": line,
            "CallStatus": "ringing",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            **more,
        }
        leg = Leg(
            self.webhooks,
            parameters,
            VERBS,
            fallback=fallback,
            agents=self._agent,
            bare_hash=self.bare_hash,
            keeps_silence=self.keeps_silence,
            keeps_keys=self.keeps_keys,
            account=self.account,
            strict=self._strict,
        )
        self._call, self._mark = PhoneCall(leg, status), 0
        self._call.place(voice)
        return self

    def presses(self, keys: str) -> Phone:
        """Press keys; keys that the current prompt does not take are typed ahead."""
        return self._turn(lambda: self.call.press(keys))

    def enters(self, keys: str) -> Phone:
        """Enter digits, with `#` at the end where it is needed."""
        return self.presses(keys)

    def chooses(self, label: str) -> Phone:
        """Press the key of the option whose label contains these words."""
        return self.presses(self.option(label))

    def waits(self) -> Phone:
        """Stay silent until the time-out; while talking to an agent: the agent hangs up."""
        return self._turn(self.call.wait)

    def hears_the_tone(self) -> Phone:
        """Listen until recording starts."""
        while self.call.waiting and self.call.waiting.kind == "keys":
            self.waits()
        assert self.call.waiting and self.call.waiting.kind == "recording", f"nobody records; heard:\n{self.heard}"
        return self

    def speaks(self, seconds: float = 4, words: str = "") -> Phone:
        """After the tone, speak for some seconds, or these words. Ending the recording is a separate action."""
        self.hears_the_tone()
        if words:
            seconds = speech.seconds(words, is_written_in_chinese(words))
        return self._turn(lambda: self.call.act(Input(spoke=seconds, words=words)))

    def hangs_up(self) -> Phone:
        """Hang up."""
        self.call.hang_up()
        return self

    def hears(self, *texts: str) -> Phone:
        """Assert that this turn said each of these; case, spaces and width of punctuation do not matter."""
        for text in texts:
            assert speech.plain(text) in speech.plain(self.heard), (
                f"did not hear {text!r}; heard:\n{self.heard or '(nothing)'}"
            )
        return self

    def does_not_hear(self, *texts: str) -> Phone:
        """Assert that this turn said none of these."""
        for text in texts:
            assert speech.plain(text) not in speech.plain(self.heard), f"heard {text!r} in:\n{self.heard}"
        return self

    def option(self, label: str) -> str:
        """The key of the option whose label contains these words."""
        for option in self.options:
            if speech.plain(label) in speech.plain(option.label):
                return option.key
        raise AssertionError(
            f"no option {label!r}; offered: {[(o.label, o.key) for o in self.options]}; heard:\n{self.heard}"
        )

    @property
    def call(self) -> PhoneCall:
        """The call in progress, or the last one."""
        assert self._call, "no call was placed yet"
        return self._call

    @property
    def sid(self) -> str:
        """The caller's CallSid."""
        return self.call.leg.sid

    @property
    def speeches(self) -> list[Speech]:
        """What was heard since the last action, one `Speech` for each `<Say>`."""
        return self.call.leg.heard[self._mark :]

    @property
    def heard(self) -> str:
        """The words heard since the last action, one line for each sentence."""
        return speech.joined(self.speeches)

    @property
    def everything_heard(self) -> str:
        """The words of the whole call."""
        return speech.joined(self.call.leg.heard)

    @property
    def options(self) -> list[Option]:
        """The menu options heard since the last action, in order."""
        return speech.options(self.speeches)

    @property
    def language(self) -> str:
        """`zh` or `en`: what most of this turn was spoken in."""
        return speech.language(self.speeches)

    @property
    def may_speak(self) -> bool:
        """Whether speech is recorded now, or after the next tone."""
        waiting = self._call.waiting if self._call else None
        return waiting is not None and self.call.leg.records and waiting.kind in ("keys", "recording")

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.call.over

    @property
    def talking_to(self) -> str:
        """The number of the agent on the line; empty when there is none."""
        agent = self.call.leg.talking_to
        return agent.parameters["To"] if agent else ""

    @property
    def whispers(self) -> list[str]:
        """The whisper that each agent heard, in the order in which they were called."""
        return [speech.joined(leg.heard) for leg in self.call.leg.children]

    @property
    def rung(self) -> list[str]:
        """The agents' numbers in the order in which they were called."""
        return [leg.parameters["To"] for leg in self.call.leg.children]

    @property
    def faults(self) -> list[WebhookFailed]:
        """Webhooks that failed for good and went to the fallback URL."""
        return [fault for leg in (self.call.leg, *self.call.leg.children) for fault in leg.faults]

    @property
    def documents(self) -> list[str]:
        """Every answer of the app so far, in order."""
        return [answer.body.decode() for _url, _form, answer in self.webhooks.log]

    def _agent(self, number: str) -> str:
        return self.agents if isinstance(self.agents, str) else self.agents(number)

    def _turn(self, action: Callable[[], Any]) -> Phone:
        before = len(self.call.leg.heard)
        action()
        # A key in the middle of an entry leaves the same prompt open, so its words still count as heard.
        if len(self.call.leg.heard) > before or self.over:
            self._mark = before
        return self
