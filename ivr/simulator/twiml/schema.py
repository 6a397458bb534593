"""The schema of TwiML: the attributes, values and children that each element may have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Check = Callable[[str], bool]


def _matches(pattern: str) -> Check:
    return lambda value: re.fullmatch(pattern, value) is not None


def _between(low: int, high: int) -> Check:
    return lambda value: value.isascii() and value.isdigit() and low <= int(value) <= high


def is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("", "http", "https") and not re.search(r"\s", value) and overrides_fault(value) is None


_BOOLEAN, _METHOD, _ANY = _matches("true|false"), _matches("GET|POST"), _matches(".+")
_VOICE = _matches(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+")
_LANGUAGE = _matches(r"[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z0-9]{2,3}")
_SPEECH = {"Say", "Play", "Pause"}
_CALLBACK = {
    "statusCallback": is_address,
    "statusCallbackMethod": _METHOD,
    "statusCallbackEvent": _matches(
        r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*"
    ),
}
_RECORDING = {
    "recordingStatusCallback": is_address,
    "recordingStatusCallbackMethod": _METHOD,
    "recordingStatusCallbackEvent": _matches(r"(in-progress|completed|absent)( (in-progress|completed|absent))*"),
}
_SSML = {"break", "emphasis", "lang", "p", "s", "phoneme", "prosody", "say-as", "sub", "w"}


@dataclass(frozen=True)
class Rule:
    """The attributes and children of an element; `text`: whether it may contain text."""

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
            "action": is_address,
            "method": _METHOD,
            "numDigits": _between(1, 1000),
            "finishOnKey": _matches("[0-9#*]?"),
            "timeout": _between(1, 600),
            "speechTimeout": _matches(r"auto|[1-9][0-9]*"),
            "language": _ANY,
            "maxSpeechTime": _between(1, 60),
            "speechModel": _ANY,
            "hints": _ANY,
            "profanityFilter": _BOOLEAN,
            "partialResultCallback": is_address,
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
            "action": is_address,
            "method": _METHOD,
            "timeout": _between(0, 600),
            "finishOnKey": _matches("[0-9#*]*"),
            "maxLength": _between(1, 86400),
            "playBeep": _BOOLEAN,
            "trim": _matches("trim-silence|do-not-trim"),
            "transcribe": _BOOLEAN,
            "transcribeCallback": is_address,
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
            "action": is_address,
            "method": _METHOD,
            "waitUrl": is_address,
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
            "action": is_address,
            "method": _METHOD,
            "timeout": _between(5, 600),
            "timeLimit": _between(1, 86400),
            "hangupOnStar": _BOOLEAN,
            "callerId": _ANY,
            "answerOnBridge": _BOOLEAN,
            "sequential": _BOOLEAN,
            "ringTone": _matches("[a-z]{2}(-old)?"),
            "referUrl": is_address,
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
        {"url": is_address, "method": _METHOD, "sendDigits": _matches("[0-9A-D#*wW]+"), "byoc": _ANY, **_CALLBACK},
        text=True,
    ),
    "Client": _rule({"url": is_address, "method": _METHOD, **_CALLBACK}, text=True),
    "Sip": _rule({"url": is_address, "method": _METHOD, "username": _ANY, "password": _ANY, **_CALLBACK}, text=True),
    "Queue": _rule(
        {
            "url": is_address,
            "method": _METHOD,
            "reservationSid": _matches("WR[0-9a-f]{32}"),
            "postWorkActivitySid": _ANY,
        },
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
            "waitUrl": is_address,
            "waitMethod": _METHOD,
            "maxParticipants": _between(2, 250),
            "record": _matches("do-not-record|record-from-start"),
            "region": _ANY,
            "coach": _matches("CA[0-9a-f]{32}"),
            "trim": _matches("trim-silence|do-not-trim"),
            "statusCallback": is_address,
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
        {"strength": _matches("none|x-weak|weak|medium|strong|x-strong"), "time": _matches(r"[0-9]+(\.[0-9]+)?(ms|s)")}
    ),
    "emphasis": _rule({"level": _matches("strong|moderate|reduced")}, children=_SSML, text=True),
    "lang": _rule({"{http://www.w3.org/XML/1998/namespace}lang": _LANGUAGE}, children=_SSML, text=True),
    "phoneme": _rule({"alphabet": _matches("ipa|x-sampa|x-amazon-[a-z]+"), "ph": _ANY}, text=True),
    "prosody": _rule(
        {"volume": _ANY, "rate": _matches(r"x-slow|slow|medium|fast|x-fast|[0-9]+%"), "pitch": _ANY},
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
    "bridging": {"Say", "Play", "Pause", "Redirect"},
    "wait": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"},
    "hold": {"Say", "Play", "Pause", "Redirect"},
}
"""The verbs allowed in each kind of document: the call's own (`call`), a `<Number url>` for the agent (`whisper`), a
`<Queue url>` for the waiting caller (`bridging`), an `<Enqueue waitUrl>` (`wait`), and a conference's `waitUrl` or
`HoldUrl` (`hold`)."""

_OVERRIDES: dict[str, Check] = {
    "ct": _between(100, 10000),
    "rt": _between(100, 15000),
    "tt": _between(100, 15000),
    "rc": _between(0, 5),
    "sni": _matches("y|n"),
    "rp": _matches("(4xx|5xx|ct|rt|all)(,(4xx|5xx|ct|rt|all))*"),
    "e": _matches("[a-z-]+(,[a-z-]+)*"),
}


def overrides_fault(url: str) -> str | None:
    """What is wrong with the connection overrides in a URL's fragment, or None."""
    for pair in filter(None, urlsplit(url).fragment.split("&")):
        key, _, value = pair.partition("=")
        if key not in _OVERRIDES or not _OVERRIDES[key](value):
            return f"11243: connection override {pair!r}"
    return None
