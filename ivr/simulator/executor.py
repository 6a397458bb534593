"""A call that executes TwiML the way Twilio does.

Theory. A leg is a generator: it runs document after document and stops only where a person must act,
at a `<Gather>` or while two people talk. What it is sent is what the person did. Keys pressed too early
wait in a buffer for the next `<Gather>`. An agent's leg is a leg too, with the agent's keys ready.
"""

from __future__ import annotations

import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Literal

from ivr.simulator import hearing, twiml_rules
from ivr.simulator.delivery import Courier, DeliveryFailed
from ivr.simulator.hearing import Speech

LONGEST_CHAIN = 50
"""Documents fetched in a row without anybody doing anything; more is a loop."""
APPLICATION_ERROR = Speech("We are sorry, an application error has occurred. Goodbye.", "en-US", "man")

Agents = Callable[[str], str]
"""An agent's number → accept, decline, silent, hangs-up, busy, no-answer, failed, or `keys:…`."""
Pause = Generator["Waiting", "Deed", "Target | None"]


class BadTwiml(AssertionError):
    """A document that Twilio would refuse, or that would not sound as meant."""


@dataclass(frozen=True)
class Waiting:
    """Where a leg has stopped: for `keys`, or while two people are `talking`."""

    kind: Literal["keys", "talking"]
    seconds: float = 0


@dataclass(frozen=True)
class Deed:
    """What the person did: pressed keys, or (no keys) kept silent or ended the talk."""

    keys: str = ""


@dataclass(frozen=True)
class Target:
    """The next document to fetch."""

    url: str
    form: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


class HungUp(Exception):
    """The app ended the call."""


@dataclass
class Leg:
    """One telephone line of a call and everything that it heard."""

    courier: Courier
    standard: dict[str, str]
    context: str = "call"
    fallback: str = ""
    agents: Agents = lambda number: "accept"
    bare_hash: str = "empty"
    strict: bool = True
    heard: list[Speech] = field(default_factory=list)
    buffer: str = ""
    clock: float = 0
    children: list[Leg] = field(default_factory=list)
    talking_to: Leg | None = None
    faults: list[DeliveryFailed] = field(default_factory=list)
    answered: bool = False
    gone: bool = False
    """The caller hung up while talking: the Dial action is still asked, its answer is nobody's."""

    @property
    def sid(self) -> str:
        """The leg's CallSid."""
        return self.standard["CallSid"]

    def run(self, first: Target) -> Generator[Waiting, Deed, None]:
        """Execute from `first` until a document ends (the return) or HungUp is raised."""
        target: Target | None = first
        chain = 0
        while target:
            chain += 1
            if chain > LONGEST_CHAIN:
                raise BadTwiml(f"{target.url}: {LONGEST_CHAIN} documents in a row without a wait")
            clock = self.clock
            url, document = self._fetch(target)
            if self.gone:
                raise HungUp
            target = yield from self._execute(document, url)
            chain = chain if clock == self.clock else 0

    def _fetch(self, target: Target) -> tuple[str, ET.Element]:
        try:
            return self._document(target)
        except DeliveryFailed as fault:
            self.faults.append(fault)
            if not self.fallback or target.url == self.fallback:
                self.heard.append(APPLICATION_ERROR)
                raise HungUp from fault
            return self._fetch(Target(self.fallback, {"ErrorCode": str(fault.code), "ErrorUrl": fault.url}))

    def _document(self, target: Target) -> tuple[str, ET.Element]:
        answer = self.courier.deliver(target.url, self.standard | target.form, target.method)
        if "xml" not in answer.content_type:
            raise DeliveryFailed(12300, target.url, f"Content-Type {answer.content_type!r}")
        if problems := twiml_rules.check(answer.body, self.context):
            if self.strict:
                raise BadTwiml(f"{target.url}: " + "; ".join(problems) + f"\n{answer.body.decode(errors='replace')}")
            if problems[0].startswith(("117", "121")):
                raise DeliveryFailed(int(problems[0][:5]), target.url, problems[0])
        return target.url, ET.fromstring(answer.body)

    def _execute(self, document: ET.Element, url: str) -> Pause:
        for verb in document:
            if verb.tag in ("Hangup", "Reject"):
                if verb.tag == "Reject":
                    self.standard["CallStatus"] = "busy"
                raise HungUp
            self._answer()
            if verb.tag == "Redirect":
                return Target(self.courier.resolve(url, (verb.text or "").strip()), {}, verb.get("method", "POST"))
            target = yield from self._perform(verb, url)
            if target:
                return target
        self._answer()
        return None

    def _answer(self) -> None:
        # A line rings while its first document is fetched; the first verb picks it up.
        self.answered = True
        self.standard["CallStatus"] = "in-progress"

    def _perform(self, verb: ET.Element, url: str) -> Pause:
        if verb.tag == "Gather":
            return (yield from self._gather(verb, url))
        if verb.tag == "Dial":
            return (yield from self._dial(verb, url))
        if verb.tag not in ("Say", "Play", "Pause"):
            raise NotImplementedError(f"<{verb.tag}> is not played here")
        self._play(verb)
        return None

    def _play(self, verb: ET.Element) -> None:
        if verb.tag == "Pause":
            self.clock += int(verb.get("length", 1))
            return
        sound = Speech(f"[{(verb.text or verb.get('digits') or '').strip()}]")
        piece = hearing.speech(verb) if verb.tag == "Say" else sound
        self.heard.append(piece)
        self.clock += max(1, len(piece.text) / (4 if twiml_rules.is_chinese(piece.language) else 14))

    def _gather(self, gather: ET.Element, url: str) -> Pause:
        if not self.buffer:  # a key interrupts what is nested; keys typed ahead already did
            for nested in gather:
                self._play(nested)
        most, finish, seconds = (
            int(gather.get("numDigits", 10**6)),
            gather.get("finishOnKey", "#"),
            float(gather.get("timeout", 5)),
        )
        digits = ""
        while True:
            digits, finished = self._collect(digits, most, finish)
            if finished:
                break
            deed = yield Waiting("keys", seconds)
            if not deed.keys:
                self.clock += seconds
                break
            self.buffer += deed.keys
        if not digits and not finished and gather.get("actionOnEmptyResult") != "true":
            return None
        form = {"Digits": digits} if digits or not finished else self._bare(finish)
        return Target(self.courier.resolve(url, gather.get("action", "")), form, gather.get("method", "POST"))

    def _collect(self, digits: str, most: int, finish: str) -> tuple[str, bool]:
        while self.buffer:
            key, self.buffer = self.buffer[0], self.buffer[1:]
            if key == finish:
                return digits, True
            digits += key
            if len(digits) == most:
                return digits, True
        return digits, False

    def _bare(self, finish: str) -> dict[str, str]:
        # What is sent after a finish key alone is not documented; an app must take every form.
        forms = {
            "empty": {"Digits": ""},
            "absent": {},
            "hash": {"Digits": finish},
            "finished-on-key": {"Digits": "", "FinishedOnKey": finish},
        }
        return forms[self.bare_hash]

    def _dial(self, dial: ET.Element, url: str) -> Pause:
        status, child, bridged = "failed", None, False
        started = self.clock
        for number in self._numbers(dial):
            child = self._child(dial, (number.text or "").strip())
            status = self._ring(child, number, url, int(dial.get("timeout", 30)))
            bridged = status == "bridged"
            if bridged:
                self.talking_to = child
                yield Waiting("talking")
                self.talking_to = None
            if status in ("bridged", "completed"):  # whoever answered ends the ringing, also by declining
                status = "completed"
                break
        if "action" not in dial.attrib:
            return None
        form = {
            "DialCallStatus": status,
            "DialBridged": str(bridged).lower(),
            "DialCallSid": child.sid if child else "",
        }
        if status == "completed":
            form["DialCallDuration"] = str(int(self.clock - started))
        return Target(self.courier.resolve(url, dial.get("action", "")), form, dial.get("method", "POST"))

    def _numbers(self, dial: ET.Element) -> list[ET.Element]:
        if (dial.text or "").strip():
            plain = ET.Element("Number")
            plain.text = dial.text
            return [plain]
        return dial.findall("Number")

    def _child(self, dial: ET.Element, number: str) -> Leg:
        caller = dial.get("callerId", self.standard["From"])
        standard = self.standard | {
            "CallSid": new_sid(),
            "ParentCallSid": self.sid,
            "Direction": "outbound-dial",
            "From": caller,
            "Caller": caller,
            "To": number,
            "Called": number,
        }
        child = Leg(self.courier, standard, "whisper", agents=self.agents, strict=self.strict)
        self.children.append(child)
        return child

    def _ring(self, child: Leg, number: ET.Element, url: str, timeout: int) -> str:
        behaviour = self.agents(child.standard["To"])
        if behaviour in ("busy", "no-answer", "failed"):
            # Twilio adds five seconds to every time-out.
            self.clock += timeout + 5 if behaviour == "no-answer" else 1
            child.standard["CallStatus"] = behaviour
            return behaviour
        child.standard["CallStatus"] = "in-progress"
        if "url" not in number.attrib:
            return "bridged"
        first = Target(self.courier.resolve(url, number.get("url", "")), {}, number.get("method", "POST"))
        return "bridged" if listens(child, first, behaviour) else "completed"


def listens(leg: Leg, first: Target, behaviour: str) -> bool:
    """Play a whisper to an agent who behaves so; true when the document's end joins the two."""
    run = leg.run(first)
    try:
        next(run)
        for _turn in range(LONGEST_CHAIN):
            if behaviour == "hangs-up":
                break
            run.send(Deed(_agent_keys(leg.heard, behaviour)))
    except StopIteration:
        return True
    except HungUp:
        pass
    leg.standard["CallStatus"] = "completed"
    return False


def _agent_keys(heard: Iterable[Speech], behaviour: str) -> str:
    spoken = hearing.options(heard)
    if behaviour in ("accept", "decline"):
        position = 0 if behaviour == "accept" else 1
        return spoken[position].key if len(spoken) > position else "12"[position]
    return behaviour.removeprefix("keys:") if behaviour.startswith("keys:") else ""


def new_sid(prefix: str = "CA") -> str:
    """A fresh identifier in Twilio's form."""
    return prefix + secrets.token_hex(16)
