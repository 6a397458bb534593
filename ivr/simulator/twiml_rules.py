"""What TwiML may look like: one table of verbs, and `check` that names everything wrong with a document.

It is stricter than Twilio where Twilio is silently wrong: a `<Say>` that is too long is skipped with a
warning on the line, and a digit inside Chinese text is read in whatever way the voice likes.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

LARGEST_DOCUMENT = 64 * 1024
LONGEST_CHINESE = 500
LONGEST_ENCODED = 4500

Check = Callable[[str], bool]


def _matches(pattern: str) -> Check:
    return lambda value: re.fullmatch(pattern, value) is not None


def _between(low: int, high: int) -> Check:
    return lambda value: value.isascii() and value.isdigit() and low <= int(value) <= high


def _address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("", "http", "https") and not re.search(r"\s", value) and overrides_fault(value) is None


_BOOLEAN, _METHOD, _ANY = _matches("true|false"), _matches("GET|POST"), _matches(".+")
_VOICE = _matches(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+")
_LANGUAGE = _matches(r"[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z0-9]{2,3}")
_SPEECH = {"Say", "Play", "Pause"}
_CALLBACK = {
    "statusCallback": _address,
    "statusCallbackMethod": _METHOD,
    "statusCallbackEvent": _matches(
        r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*"
    ),
}
_RECORDING = {
    "recordingStatusCallback": _address,
    "recordingStatusCallbackMethod": _METHOD,
    "recordingStatusCallbackEvent": _matches(r"(in-progress|completed|absent)( (in-progress|completed|absent))*"),
}
_SSML = {"break", "emphasis", "lang", "p", "s", "phoneme", "prosody", "say-as", "sub", "w"}


@dataclass(frozen=True)
class Rule:
    """What an element may carry and hold; `text` says whether words belong in it."""

    attributes: dict[str, Check]
    children: frozenset[str] = frozenset()
    text: bool = False
    needs: tuple[str, ...] = ()


def _rule(
    attributes: dict[str, Check], *, children: set[str] | None = None, text: bool = False, needs: tuple[str, ...] = ()
) -> Rule:
    return Rule(attributes, frozenset(children or ()), text, needs)


RULES: dict[str, Rule] = {
    "Say": _rule(
        {"voice": _VOICE, "language": _LANGUAGE, "loop": _between(0, 1000)},
        children=_SSML,
        text=True,
        needs=("voice", "language"),
    ),
    "Play": _rule({"loop": _between(0, 1000), "digits": _matches(r"[0-9A-D#*wW]+")}, text=True),
    "Pause": _rule({"length": _between(1, 600)}),
    "Gather": _rule(
        {
            "input": _matches("dtmf|speech|dtmf speech|speech dtmf"),
            "action": _address,
            "method": _METHOD,
            "numDigits": _between(1, 1000),
            "finishOnKey": _matches("[0-9#*]?"),
            "timeout": _between(1, 600),
            "speechTimeout": _matches(r"auto|[1-9]\d*"),
            "language": _ANY,
            "maxSpeechTime": _between(1, 60),
            "speechModel": _ANY,
            "hints": _ANY,
            "profanityFilter": _BOOLEAN,
            "partialResultCallback": _address,
            "partialResultCallbackMethod": _METHOD,
            "actionOnEmptyResult": _BOOLEAN,
            "bargeIn": _BOOLEAN,
            "debug": _BOOLEAN,
            "enhanced": _BOOLEAN,
        },
        children=_SPEECH,
    ),
    "Record": _rule(
        {
            "action": _address,
            "method": _METHOD,
            "timeout": _between(0, 600),
            "finishOnKey": _matches("[0-9#*]*"),
            "maxLength": _between(1, 86400),
            "playBeep": _BOOLEAN,
            "trim": _matches("trim-silence|do-not-trim"),
            "transcribe": _BOOLEAN,
            "transcribeCallback": _address,
            "recordingConfigurationId": _ANY,
            **_RECORDING,
        }
    ),
    "Redirect": _rule({"method": _METHOD}, text=True),
    "Hangup": _rule({}),
    "Leave": _rule({}),
    "Reject": _rule({"reason": _matches("rejected|busy")}),
    "Enqueue": _rule(
        {
            "action": _address,
            "method": _METHOD,
            "waitUrl": _address,
            "waitUrlMethod": _METHOD,
            "workflowSid": _matches("WW[0-9a-f]{32}"),
            "maxQueueSize": _between(1, 5000),
        },
        children={"Task"},
        text=True,
    ),
    "Task": _rule({"priority": _between(0, 2**31 - 1), "timeout": _between(1, 2**31 - 1)}, text=True),
    "Dial": _rule(
        {
            "action": _address,
            "method": _METHOD,
            "timeout": _between(5, 600),
            "timeLimit": _between(1, 86400),
            "hangupOnStar": _BOOLEAN,
            "callerId": _ANY,
            "answerOnBridge": _BOOLEAN,
            "sequential": _BOOLEAN,
            "ringTone": _matches("[a-z]{2}(-old)?"),
            "referUrl": _address,
            "referMethod": _METHOD,
            "callReason": _matches(".{1,50}"),
            "recordingTrack": _matches("inbound|outbound|both"),
            "events": _ANY,
            "record": _matches("do-not-record|record-from-(answer|ringing)(-dual)?|true|false"),
            "trim": _matches("trim-silence|do-not-trim"),
            "recordingConfigurationId": _ANY,
            **_RECORDING,
        },
        children={"Number", "Queue", "Client", "Sip", "Conference"},
        text=True,
    ),
    "Number": _rule(
        {"url": _address, "method": _METHOD, "sendDigits": _matches("[0-9A-D#*wW]+"), "byoc": _ANY, **_CALLBACK},
        text=True,
    ),
    "Client": _rule({"url": _address, "method": _METHOD, **_CALLBACK}, text=True),
    "Sip": _rule({"url": _address, "method": _METHOD, "username": _ANY, "password": _ANY, **_CALLBACK}, text=True),
    "Queue": _rule(
        {"url": _address, "method": _METHOD, "reservationSid": _matches("WR[0-9a-f]{32}"), "postWorkActivitySid": _ANY},
        text=True,
    ),
    "Conference": _rule(
        {
            "muted": _BOOLEAN,
            "beep": _matches("true|false|onEnter|onExit"),
            "startConferenceOnEnter": _BOOLEAN,
            "endConferenceOnExit": _BOOLEAN,
            "participantLabel": _matches(".{1,128}"),
            "jitterBufferSize": _matches("off|small|medium|large"),
            "waitUrl": _address,
            "waitMethod": _METHOD,
            "maxParticipants": _between(2, 250),
            "record": _matches("do-not-record|record-from-start"),
            "region": _ANY,
            "coach": _matches("CA[0-9a-f]{32}"),
            "trim": _matches("trim-silence|do-not-trim"),
            "statusCallback": _address,
            "statusCallbackMethod": _METHOD,
            "statusCallbackEvent": _ANY,
            **_RECORDING,
        },
        text=True,
    ),
}
RULES |= {name: _rule({}, children=_SSML, text=True) for name in ("p", "s")}
RULES |= {
    "break": _rule(
        {"strength": _matches("none|x-weak|weak|medium|strong|x-strong"), "time": _matches(r"\d+(\.\d+)?(ms|s)")}
    ),
    "emphasis": _rule({"level": _matches("strong|moderate|reduced")}, children=_SSML, text=True),
    "lang": _rule({"{http://www.w3.org/XML/1998/namespace}lang": _LANGUAGE}, children=_SSML, text=True),
    "phoneme": _rule({"alphabet": _matches("ipa|x-sampa|x-amazon-[a-z]+"), "ph": _ANY}, text=True),
    "prosody": _rule(
        {"volume": _ANY, "rate": _matches(r"x-slow|slow|medium|fast|x-fast|\d+%"), "pitch": _ANY},
        children=_SSML,
        text=True,
    ),
    "say-as": _rule({"interpret-as": _ANY, "format": _ANY, "role": _ANY}, text=True, needs=("interpret-as",)),
    "sub": _rule({"alias": _ANY}, text=True, needs=("alias",)),
    "w": _rule({"role": _ANY}, text=True),
}
CONTEXTS = {
    "call": {"Say", "Play", "Pause", "Gather", "Record", "Redirect", "Hangup", "Leave", "Reject", "Enqueue", "Dial"},
    "whisper": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"},
    "wait": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"},
}
"""A call's own document; a `<Number url>` on the agent's leg; a `<Enqueue waitUrl>`."""

_OVERRIDES: dict[str, Check] = {
    "ct": _between(100, 10000),
    "rt": _between(100, 15000),
    "tt": _between(100, 15000),
    "rc": _between(0, 5),
    "sni": _matches("y|n"),
    "rp": _matches("(4xx|5xx|ct|rt|all)(,(4xx|5xx|ct|rt|all))*"),
    "e": _matches("[a-z-]+(,[a-z-]+)*"),
}


def check(xml: str | bytes, context: str = "call") -> list[str]:
    """Everything wrong with a document, as sentences; an empty list means that Twilio would play it."""
    data = xml.encode() if isinstance(xml, str) else xml
    if len(data) > LARGEST_DOCUMENT:
        return [f"11750: the document has {len(data)} bytes, more than 64 kB"]
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return ["12100: a document type is declared"]
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        return [f"12100: not well-formed XML: {error}"]
    if root.tag != "Response" or root.attrib:
        return ["12102: the root must be a plain <Response>"]
    return [*_order(root), *_verbs(root, CONTEXTS[context], context)]


def overrides_fault(url: str) -> str | None:
    """Why the connection overrides in a URL's fragment are wrong, or None."""
    for pair in filter(None, urlsplit(url).fragment.split("&")):
        key, _, value = pair.partition("=")
        if key not in _OVERRIDES or not _OVERRIDES[key](value):
            return f"11243: connection override {pair!r}"
    return None


def _order(root: ET.Element) -> Iterator[str]:
    ended = ""
    for position, verb in enumerate(root):
        if ended:
            yield f"<{verb.tag}> after {ended} is never reached"
        if verb.tag == "Reject" and position:
            yield "<Reject> must be the first verb: the call is answered already"
        if verb.tag in ("Redirect", "Hangup", "Reject", "Leave") or (
            verb.tag in ("Dial", "Record") and "action" in verb.attrib
        ):
            ended = f"<{verb.tag}>"


def _verbs(parent: ET.Element, allowed: set[str] | frozenset[str], where: str) -> Iterator[str]:
    if parent.tag == "Response" and (parent.text or "").strip():
        yield "12200: words stand outside of every verb"
    for element in parent:
        if element.tag not in allowed:
            yield f"12200: <{element.tag}> is not allowed in {where}"
        elif element.tag in RULES:
            yield from _element(element)
        if element.tail and element.tail.strip() and not (parent.tag in RULES and RULES[parent.tag].text):
            yield f"12200: words stand after <{element.tag}>"


def _element(element: ET.Element) -> Iterator[str]:
    rule, name = RULES[element.tag], f"<{element.tag}>"
    for attribute, value in element.attrib.items():
        if attribute not in rule.attributes:
            yield f"12200: {name} has no attribute {attribute}"
        elif not rule.attributes[attribute](value):
            yield f"12200: {name} {attribute}={value!r}" + (
                f" ({overrides_fault(value)})" if "#" in value and overrides_fault(value) else ""
            )
    yield from (f"{name} needs {needed}" for needed in rule.needs if needed not in element.attrib)
    if (element.text or "").strip() and not rule.text:
        yield f"12200: {name} may not hold words"
    yield from _verbs(element, rule.children, name)
    yield from _SPECIAL.get(element.tag, lambda _: iter(()))(element)


def _say(say: ET.Element) -> Iterator[str]:
    text = "".join(say.itertext())
    if not text.strip():
        yield "13520: <Say> says nothing"
    if sum("\u3400" <= char <= "\u9fff" for char in text) > LONGEST_CHINESE or len(quote(text)) > LONGEST_ENCODED:
        yield f"13521: <Say> is too long ({len(text)} characters, {len(quote(text))} URL-encoded)"
    if is_chinese(say.get("language", "")):
        if found := sorted({char for char in _own_text(say) if _unspeakable(char)}):
            yield f"<Say> in Chinese holds {' '.join(found)}, write words: {text[:60]!r}"
        if re.fullmatch(r"man|woman|(Polly|Google\.en).*", say.get("voice", "")) and not re.match(
            r"Polly\.(Zhiyu|Hiujin)", say.get("voice", "")
        ):
            yield f"13520: voice {say.get('voice')} does not speak {say.get('language')}"


def is_chinese(language: str) -> bool:
    """Whether a language tag is one of Twilio's tags for Chinese."""
    return language.split("-")[0] in ("cmn", "zh", "yue")


def _own_text(element: ET.Element) -> str:
    inner = "".join(("" if child.tag == "lang" else _own_text(child)) + (child.tail or "") for child in element)
    return (element.text or "") + inner


def _unspeakable(char: str) -> bool:
    return unicodedata.category(char) in ("Nd", "No", "Sm", "Sc", "Sk", "So") or char in "#*%@&/\\_＃＊％＠＆"


def _gather(gather: ET.Element) -> Iterator[str]:
    yield from ("<Play> with digits inside <Gather>" for play in gather.iter("Play") if "digits" in play.attrib)


def _dial(dial: ET.Element) -> Iterator[str]:
    if not len(dial) and not (dial.text or "").strip():
        yield "13223: <Dial> dials nobody"
    if len(dial.findall("Number")) > 10:
        yield "13225: <Dial> holds more than ten numbers"


def _number(number: ET.Element) -> Iterator[str]:
    if not re.fullmatch(r"\+?[0-9]{3,15}", (number.text or "").strip()):
        yield f"13223: <Number> {number.text!r} is no telephone number"


def _redirect(redirect: ET.Element) -> Iterator[str]:
    if not _address((redirect.text or "").strip()):
        yield f"11100: <Redirect> {redirect.text!r} is no address"


_SPECIAL: dict[str, Callable[[ET.Element], Iterator[str]]] = {
    "Say": _say,
    "Gather": _gather,
    "Dial": _dial,
    "Number": _number,
    "Redirect": _redirect,
}
