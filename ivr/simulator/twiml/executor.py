"""A leg of a call, which executes TwiML the way Twilio does.

A leg runs as a generator: it executes document after document and stops only where input is needed: at a `<Gather>`,
in a queue, while two people talk. Input of the person on the leg is sent into the generator; interruptions by others
are thrown into it. Keys pressed too early wait in a buffer for the next `<Gather>`. An agent has a leg of their own.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

from twilio.twiml.voice_response import VoiceResponse

from ivr.simulator.account.account import Account
from ivr.simulator.account.leg_events import Execution, HungUp, Input, LeftQueue, Party, Redirected, Target, Waiting
from ivr.simulator.account.sids import new_sid
from ivr.simulator.twiml import schema, speech, validation
from ivr.simulator.twiml.speech import Speech
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks
from ivr.simulator.webhooks.transport import Answer

LONGEST_CHAIN = 50
"""Documents fetched in a row without a wait; more than that is a loop."""
LONGEST_LOOP = 1000
APPLICATION_ERROR = Speech("We are sorry, an application error has occurred. Goodbye.", "en-US", "man")
PLAYED = (
    "audio/mpeg",
    "audio/wav",
    "audio/wave",
    "audio/x-wav",
    "audio/aiff",
    "audio/x-aiff",
    "audio/x-aifc",
    "audio/gsm",
    "audio/x-gsm",
    "audio/ulaw",
)

FATAL = ("117", "121", "11243", "13201", "13238")
"""Prefixes of the codes that stop a document; all others are warnings."""

Agents = Callable[[str], str]
"""An agent's number → accept, decline, silent, hangs-up, busy, no-answer, failed, ask, or `keys:…`."""


Verb = Callable[["Leg", ET.Element, str], Execution]
"""Executes an element of the document at this URL."""


class BadTwiml(AssertionError):
    """A document that Twilio would refuse, or that would not sound as intended."""


@dataclass(eq=False)
class Leg:
    """One leg of a call: its parameters, its state, and everything that was heard on it."""

    webhooks: WebhookSender
    parameters: dict[str, str]
    verbs: Mapping[str, Verb]
    """The verbs that may need input (`verbs.VERBS`)."""
    context: str = "call"
    fallback: str = ""
    agents: Agents = lambda number: "accept"
    bare_hash: str = "silence"
    keeps_silence: bool = True
    keeps_keys: bool = True
    """Whether keys typed ahead count for the next `<Gather>`; on real lines they may be lost."""
    strict: bool = True
    account: Account = field(default_factory=Account)
    status_callbacks: StatusCallbacks | None = None
    heard: list[Speech] = field(default_factory=list)
    buffer: str = ""
    clock: float = 0
    children: list[Leg] = field(default_factory=list)
    talking_to: Party | None = None
    faults: list[WebhookFailed] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    answered: bool = False
    records: bool = False
    """Whether the current document contains a `<Record>`."""
    gone: bool = False
    """The caller hung up while talking: the `<Dial>` action is still requested, and its answer discarded."""

    @property
    def sid(self) -> str:
        """The leg's CallSid."""
        return self.parameters["CallSid"]

    def listen(self, words: str) -> None:
        """Hear the person on another leg say this."""
        self.heard.append(speech.from_person(words))

    def set_status(self, event: str, status: str) -> None:
        """Change the CallStatus and send the status callback for it."""
        self.parameters["CallStatus"] = status
        if self.status_callbacks:
            self.status_callbacks.report(event, self.parameters, self.clock)

    def run(self, first: Target) -> Generator[Waiting, Input, None]:
        """Execute from `first` until a document ends (returns) or the app hangs up (HungUp)."""
        target: Target | None = first
        chain = 0
        while target:
            chain += 1
            if chain > LONGEST_CHAIN:
                raise BadTwiml(f"{target.url}: {LONGEST_CHAIN} documents in a row without a wait")
            clock = self.clock
            try:
                target = yield from self.one_document(target, self.context)
            except Redirected as redirected:
                target = redirected.target
            chain = chain if clock == self.clock else 0

    def one_document(self, target: Target, context: str) -> Execution:
        """Fetch and execute one document. Returns the next one, if any."""
        url, document = self._fetch(target, context)
        if self.gone:
            raise HungUp
        return (yield from self._execute(document, url, context))

    def _fetch(self, target: Target, context: str) -> tuple[str, ET.Element]:
        try:
            return self._document(target, context)
        except WebhookFailed as fault:
            self.faults.append(fault)
            if not self.fallback or target.url == self.fallback:
                self.heard.append(APPLICATION_ERROR)
                raise HungUp from fault
            form = {"ErrorCode": str(fault.code), "ErrorUrl": fault.url}
            return self._fetch(Target(self.fallback, form), context)

    def _document(self, target: Target, context: str) -> tuple[str, ET.Element]:
        if target.inline:
            answer = Answer(200, target.inline.encode())
        else:
            answer = self.webhooks.deliver(target.url, self.parameters | target.form, target.method, self.clock)
        body = _as_twiml(answer, target.url)
        if problems := validation.check(body, context):
            self.warnings += [f"{target.url}: {problem}" for problem in problems]
            if self.strict:
                raise BadTwiml(f"{target.url}: " + "; ".join(problems) + f"\n{body.decode(errors='replace')}")
            if fatal := next((one for one in problems if one.startswith(FATAL)), ""):
                raise WebhookFailed(int(fatal[:5]), target.url, fatal)
        return target.url, ET.fromstring(body)

    def _execute(self, document: ET.Element, url: str, context: str) -> Execution:
        self.records = document.find("Record") is not None
        for verb in document:
            if verb.tag not in schema.CONTEXTS[context]:
                continue  # 12200 is a warning: the verb is skipped
            if verb.tag in ("Hangup", "Reject"):
                if verb.tag == "Reject" and not self.answered:
                    self.parameters["CallStatus"] = "busy"
                else:
                    self.answer()
                raise HungUp
            if verb.tag == "Leave":
                raise LeftQueue
            self.answer()
            if verb.tag == "Redirect":
                return Target(self.webhooks.resolve(url, (verb.text or "").strip()), {}, verb.get("method", "POST"))
            target = yield from self._perform(verb, url)
            if target:
                return target
        self.answer()
        return None

    def answer(self) -> None:
        """The call rings while its first document is fetched; the first verb answers it."""
        before, self.answered = self.answered, True
        self.parameters["CallStatus"] = "in-progress"
        if not before:
            self.set_status("answered", "in-progress")

    def _perform(self, verb: ET.Element, url: str) -> Execution:
        if verb.tag in self.verbs:
            return (yield from self.verbs[verb.tag](self, verb, url))
        if verb.tag in ("Say", "Play", "Pause"):
            self.play(verb)
        elif self.strict:
            raise NotImplementedError(f"<{verb.tag}> is not supported by the simulator")
        return None

    def play(self, verb: ET.Element) -> None:
        """Add what is said or played to what was heard, and let the time pass."""
        if verb.tag == "Pause":
            self.clock += int(verb.get("length", 1))
            return
        if verb.tag == "Say" and validation.is_too_long("".join(verb.itertext())):
            return  # 13521 is a warning: nothing is spoken
        sound = Speech(f"[{(verb.text or verb.get('digits') or '').strip()}]")
        piece = speech.from_say(verb) if verb.tag == "Say" else sound
        self.heard.append(piece)
        times = min(LONGEST_LOOP, int(verb.get("loop", 1)) or LONGEST_LOOP)
        self.clock += times * speech.seconds(piece.text, validation.is_chinese(piece.language))

    def action(self, verb: ET.Element, url: str, form: dict[str, str]) -> Target:
        """The verb's action URL; without one, the same document again."""
        return Target(self.webhooks.resolve(url, verb.get("action", "")), form, verb.get("method", "POST"))

    def talk(self, other: Party, star: bool = False) -> Generator[Waiting, Input, None]:
        """Talk until either side ends it. Keys have no effect, except `*` with `hangupOnStar`."""
        self.talking_to = other
        try:
            given = yield Waiting("talking")
            while given.keys and not (star and "*" in given.keys):
                given = yield Waiting("talking")
        finally:
            self.account.end_talk(self)

    def child(self, verb: ET.Element, number: str, status_callbacks: StatusCallbacks) -> Leg:
        """A leg to another number, as part of this call."""
        caller = verb.get("callerId", self.parameters["From"])
        parameters = self.parameters | {
            "CallSid": new_sid(),
            "ParentCallSid": self.sid,
            "Direction": "outbound-dial",
            "From": caller,
            "Caller": caller,
            "To": number,
            "Called": number,
        }
        child = Leg(
            self.webhooks,
            parameters,
            self.verbs,
            "whisper",
            agents=self.agents,
            strict=self.strict,
            account=self.account,
            status_callbacks=status_callbacks,
            answered=True,
        )
        self.children.append(child)
        return child


def _as_twiml(answer: Answer, url: str) -> bytes:
    """TwiML by content type: XML and HTML are TwiML, audio is played, plain text is TwiML or is read aloud."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind in PLAYED:
        response = VoiceResponse()
        response.play(url)
        return str(response).encode()
    if kind == "text/plain" and not answer.body.lstrip().startswith(b"<"):
        response = VoiceResponse()
        response.say(answer.body.decode(errors="replace"), voice="man", language="en-US")
        return str(response).encode()
    if kind not in ("text/xml", "application/xml", "text/html", "text/plain"):
        raise WebhookFailed(12300, url, f"Content-Type {answer.content_type!r}")
    return answer.body
