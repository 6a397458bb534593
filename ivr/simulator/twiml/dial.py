"""`<Dial>`: call numbers, play each agent's whisper on a leg of their own, and bridge the two legs."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator, Iterable

from ivr.simulator.account.leg_events import Execution, HungUp, Input, Target, Waiting
from ivr.simulator.twiml import dial_conference, enqueue, record, speech
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.twiml.speech import Speech
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks

LONGEST_WHISPER = 50
Ringing = Generator[Waiting, Input, str]


def dial(leg: Leg, verb: ET.Element, url: str) -> Execution:
    """Execute a `<Dial>` of any noun, then request its action, if it has one."""
    if (queue := verb.find("Queue")) is not None:
        form = yield from enqueue.dial_queue(leg, verb, queue, url)
    elif (conference := verb.find("Conference")) is not None:
        form = yield from dial_conference.dial_conference(leg, conference, url)
    else:
        form = yield from _dial_numbers(leg, verb, url)
    return leg.action(verb, url, form) if "action" in verb.attrib else None


def _may_show(leg: Leg, caller_id: str) -> bool:
    """Whether the caller ID is a number of the account, a verified one, or one of this call's own two numbers."""
    return caller_id in ("", leg.parameters["From"], leg.parameters["To"]) or leg.account.may_call_from(caller_id)


def _dial_numbers(leg: Leg, verb: ET.Element, url: str) -> Generator[Waiting, Input, dict[str, str]]:
    if not _may_show(leg, verb.get("callerId", "")):
        leg.warnings.append(f"{url}: 13214: callerId {verb.get('callerId')} is no number of the account")
        return {"DialCallStatus": "failed", "DialBridged": "false", "DialCallSid": ""}
    status, child, started = "failed", None, leg.clock
    for number in _numbers(verb):
        child = leg.child(verb, (number.text or "").strip(), _status_callbacks(leg, number, url))
        status = yield from _ring(leg, child, number, url, int(verb.get("timeout", 30)))
        if status == "bridged":
            yield from leg.talk(child, verb.get("hangupOnStar") == "true")
        if status in ("bridged", "completed"):  # an answered call ends the dialling, also when the agent declines
            _end(child)
            break
    form = {
        "DialCallStatus": "completed" if status == "bridged" else status,
        "DialBridged": str(status == "bridged").lower(),
        "DialCallSid": child.sid if child else "",
    }
    if status in ("bridged", "completed"):
        form["DialCallDuration"] = str(int(leg.clock - started))
    if status == "bridged" and verb.get("record", "do-not-record") not in ("do-not-record", "false"):
        form |= record.recorded(leg, verb, url, record.RecordedSpeech(leg.clock - started, source="DialVerb"))
    return form


def _numbers(verb: ET.Element) -> list[ET.Element]:
    if (verb.text or "").strip():
        plain = ET.Element("Number")
        plain.text = verb.text
        return [plain]
    return [noun for noun in verb if noun.tag in ("Number", "Client", "Sip")]


def _status_callbacks(leg: Leg, number: ET.Element, url: str) -> StatusCallbacks:
    asked = number.get("statusCallback", "")
    return StatusCallbacks(
        leg.webhooks,
        leg.webhooks.resolve(url, asked) if asked else "",
        number.get("statusCallbackMethod", "POST"),
        tuple(number.get("statusCallbackEvent", "completed").split()),
    )


def _ring(leg: Leg, child: Leg, number: ET.Element, url: str, timeout: int) -> Ringing:
    behaviour = leg.agents(child.parameters["To"])
    child.set_status("initiated", "initiated")
    child.set_status("ringing", "ringing")
    if behaviour == "ask":
        given = yield Waiting("ringing", timeout + 5)
        behaviour = "ask" if given.keys else "busy" if given.hangs_up else "no-answer"
    if behaviour in ("busy", "no-answer", "failed"):
        # Twilio adds five seconds to every time-out.
        leg.clock += timeout + 5 if behaviour == "no-answer" else 1
        child.set_status("completed", behaviour)
        return behaviour
    child.set_status("answered", "in-progress")
    if "url" not in number.attrib:
        return "bridged"
    first = Target(leg.webhooks.resolve(url, number.get("url", "")), {}, number.get("method", "POST"))
    return "bridged" if (yield from _listens(child, first, behaviour)) else "completed"


def _listens(child: Leg, first: Target, behaviour: str) -> Generator[Waiting, Input, bool]:
    """Play the whisper to an agent with this behaviour. Returns whether it ended, which bridges the two legs."""
    run = child.run(first)
    try:
        waiting = next(run)
        for _turn in range(LONGEST_WHISPER):
            if behaviour == "ask":
                given = yield Waiting("agent", waiting.seconds)
            else:
                given = Input(agent_keys(child.heard, behaviour), hangs_up=behaviour == "hangs-up")
            if given.hangs_up:
                return False
            waiting = run.send(given)
    except StopIteration:
        return True
    except HungUp:
        pass
    finally:
        run.close()
    return False


def _end(child: Leg) -> None:
    if child.parameters["CallStatus"] == "in-progress":
        child.set_status("completed", "completed")


def agent_keys(heard: Iterable[Speech], behaviour: str) -> str:
    """The keys that an agent with this behaviour presses after hearing this."""
    spoken = speech.options(heard)
    if behaviour in ("accept", "decline"):
        position = 0 if behaviour == "accept" else 1
        return spoken[position].key if len(spoken) > position else "12"[position]
    return behaviour.removeprefix("keys:") if behaviour.startswith("keys:") else ""
