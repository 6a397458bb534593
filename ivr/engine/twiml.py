"""Renders TwiML: the texts and the wait of a turn → one document. No other module writes TwiML.

Everything said before a wait sits inside its `<Gather>`, so a key interrupts it. Silence has
a URL of its own, a `<Redirect>` after the `<Gather>`, since Twilio falls through without input. A menu
takes one key with an empty finishOnKey, so that `#` arrives as a digit. A recording comes after its notice, which
is such a menu, so 0, 8 and 9 work there too and nobody is recorded who did not hear it. Every URL carries connection
overrides: a read time-out longer than a turn's budget, and retries, which Twilio does not do by itself.

Every turn renders one document. For a menu of five options it takes 6 µs here, 81 µs with the classes of the `twilio`
package and 28 µs with `xml.etree` (medians of interleaved runs): 3 to 10 % of a turn, so it is done by hand. Every text
and every attribute that is not a constant goes through `escape` or `quoteattr`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from ivr.engine.prompts import Ask, Record
from ivr.engine.speaking import SpokenText
from ivr.engine.waits import Task, Wait

OVERRIDES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=9500&tt=15000"
VOICES = {"zh": ("Polly.Zhiyu", "cmn-CN"), "en": ("Polly.Joanna", "en-US")}
SLOW_RATE = 0.75
"""Of the normal speed, after key 8. The lab's voice speaks as slowly: `audio.espeak.SLOW_RATE`."""
ONE_KEY = 'numDigits="1" finishOnKey=""'
HANG_UP = "<Hangup/>"
LEAVE = "<Leave/>"
CONFERENCE_EVENTS = "start end join leave mute hold modify"
DECISION_SECONDS = 10
"""Seconds for somebody whom we rang to press a key."""
SILENT_ROUND_SECONDS = 20
"""Between the words to a caller who waits in a queue, where there is no hold music."""
BEFORE_THE_TONE = 1
"""Seconds after the notice in which a key still counts; Twilio knows no shorter time."""
BREAK, PAUSE = '<break time="500ms"/>', '<break time="2000ms"/>'
STOPS = tuple("。？！.?!")
"""At these a voice rests by itself."""
TASK_SECONDS = 14_400
"""A task of TaskRouter is given up after this; no call is longer."""
LONGEST_SAY = 450
"""Characters a `<Say>`: 4,500 URL-encoded characters are 500 Chinese ones (Twilio error 13521)."""


def document(body: str) -> str:
    """The whole TwiML document."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>'


def says(spoken: Iterable[SpokenText], slow: bool = False) -> str:
    """Texts → `<Say>` verbs, one for each run of a language, with a break or a pause between the texts."""
    runs: list[list[SpokenText]] = []
    length = 0
    for sentence in spoken:
        if not (sentence.text or (runs and sentence.pause)):
            continue
        length += len(sentence.text)
        if not runs or runs[-1][0].language != sentence.language or length > LONGEST_SAY:
            runs.append([])
            length = len(sentence.text)
        runs[-1].append(sentence)
    return "".join([_say(run, slow, run is runs[-1]) for run in runs])


def gather(wait: Wait, spoken: list[SpokenText], slow: bool, action: str) -> str:
    """A wait for keys. `action` is the turn's absolute URL without fragment."""
    keys = _entry_keys(wait.prompt.length) if isinstance(wait.prompt, Ask) else ONE_KEY
    timeout = wait.timeout * 2 if slow and wait.timeout < 15 else wait.timeout
    return _gather(keys, timeout, spoken, slow, action) + redirect(action + "?quiet=1")


def record(wait: Wait, spoken: list[SpokenText], slow: bool, action: str, told_at: str) -> str:
    """A wait for words: the notice with barge-in, then the tone. Twilio falls through if nothing is recorded."""
    prompt = wait.prompt
    assert isinstance(prompt, Record)
    return (
        _gather(ONE_KEY, BEFORE_THE_TONE, spoken, slow, action)
        + f'<Record method="POST" action={quoteattr(action + OVERRIDES)}'
        f' maxLength="{prompt.longest}" timeout="{prompt.timeout}"'
        f' finishOnKey="{prompt.ended_by}" playBeep="true" trim="trim-silence" transcribe="false"'
        f' recordingStatusCallback={quoteattr(told_at + OVERRIDES)} recordingStatusCallbackMethod="POST"/>'
        + redirect(action + "?quiet=1")
    )


def dial(number: str, seconds: int, caller_id: str = "", action: str = "", before_joining: str = "") -> str:
    """Ring one number. The document at `before_joining` runs on its leg before the two are joined, `action` at the end.

    Without a `caller_id` Twilio shows the caller's number.
    """
    attributes = _address("action", action) + f' timeout="{seconds}"'
    if caller_id:
        attributes += f" callerId={quoteattr(caller_id)}"
    return f"<Dial{attributes}><Number{_address('url', before_joining)}>{escape(number)}</Number></Dial>"


def enqueue(queue: str, action: str, entertained_at: str) -> str:
    """Wait in the queue of this name. Twilio requests `entertained_at` again and again, and `action` when the wait
    ends.

    A caller waits in a queue of their own: `<Queue>` takes the head of a queue, and which caller is next is ours to
    say.
    """
    wait_url = f"waitUrl={quoteattr(entertained_at + OVERRIDES)}"
    return f'<Enqueue{_address("action", action)} {wait_url} waitUrlMethod="POST">{escape(queue)}</Enqueue>'


def enqueue_task(workflow: str, task: Task, action: str, entertained_at: str) -> str:
    """Wait as a task of TaskRouter, which chooses the agent.

    Twilio's console shows what is told here, so it holds nothing personal. Expressions refuse hyphens.
    """
    told = {name: getattr(task, name) for name in ("entry", "wallet", "language", "topic", "wanted")}
    plain = {name: value.replace("-", "_") for name, value in told.items()}
    attributes = json.dumps(plain | {"wanted_seconds": task.wanted_seconds})
    return (
        f'<Enqueue{_address("action", action)} workflowSid="{workflow}"'
        f' waitUrl={quoteattr(entertained_at + OVERRIDES)} waitUrlMethod="POST">'
        f'<Task priority="{task.priority}" timeout="{TASK_SECONDS}">{escape(attributes)}</Task></Enqueue>'
    )


def entertain(spoken: list[SpokenText], slow: bool, music: str, action: str, then: str = "") -> str:
    """One round of the wait in a queue: words, then music or silence; a key goes to `action` at any time.

    The next round is requested at `then`; without it, Twilio requests the address of the wait again.
    """
    rest = f"<Play>{escape(music)}</Play>" if music else f'<Pause length="{SILENT_ROUND_SECONDS}"/>'
    return (
        f'<Gather input="dtmf" {ONE_KEY} timeout="1" method="POST" action={quoteattr(action + OVERRIDES)}>'
        f"{says(spoken, slow)}{rest}</Gather>"
    ) + (redirect(then) if then else "")


def take_from_queue(queue: str, action: str, before_joining: str) -> str:
    """Join this leg with the caller who waits in that queue; `action` is requested when they have parted.

    The document at `before_joining` is played to the caller, not on this leg.
    """
    return f"<Dial{_address('action', action)}><Queue{_address('url', before_joining)}>{escape(queue)}</Queue></Dial>"


def take_reserved(reservation: str, activity: str, action: str, before_joining: str) -> str:
    """Join this leg with the caller of a reservation of TaskRouter, which accepts it: nothing else may do that (14215).

    The worker is in this activity afterwards, in which no other caller is given to them.
    """
    return (
        f"<Dial{_address('action', action)}><Queue{_address('url', before_joining)}"
        f' reservationSid={quoteattr(reservation)} postWorkActivitySid="{activity}"/></Dial>'
    )


@dataclass(frozen=True)
class Seat:
    """A leg's place in a conference: its label, whether it is muted, and the CallSid of the only one who hears it."""

    label: str
    muted: bool = False
    coached: str = ""


def confer(name: str, seat: Seat, action: str, told_at: str, alone_at: str) -> str:
    """Join the conference of this name; `action` is requested when this leg leaves it.

    No leg ends the conference by leaving: who is to be ended is ours to say. `told_at` gets what happens in it, and
    `alone_at` plays until there are two.
    """
    heard = ' muted="true"' if seat.muted else ""
    if seat.coached:
        heard += f" coach={quoteattr(seat.coached)}"
    return (
        f'<Dial{_address("action", action)}><Conference participantLabel={quoteattr(seat.label)}{heard} beep="false"'
        f' startConferenceOnEnter="true" endConferenceOnExit="false" waitMethod="POST"'
        f" waitUrl={quoteattr(alone_at + OVERRIDES)} statusCallback={quoteattr(told_at + OVERRIDES)}"
        f' statusCallbackMethod="POST" statusCallbackEvent="{CONFERENCE_EVENTS}">{escape(name)}</Conference></Dial>'
    )


def on_hold(spoken: list[SpokenText], music: str, again_at: str) -> str:
    """What somebody on hold hears, again and again: the words and silence, or music."""
    rest = f"<Play>{escape(music)}</Play>" if music else f'<Pause length="{SILENT_ROUND_SECONDS}"/>'
    return says(spoken) + rest + redirect(again_at)


def decide(spoken: list[SpokenText], action: str) -> str:
    """Ask the person whom we rang for one key; without one their leg ends."""
    return _gather(ONE_KEY, DECISION_SECONDS, spoken, False, action) + HANG_UP


def redirect(target: str) -> str:
    """Ask again at `target` (absolute, without fragment)."""
    return f'<Redirect method="POST">{escape(target + OVERRIDES)}</Redirect>'


def _address(name: str, target: str) -> str:
    return f' method="POST" {name}={quoteattr(target + OVERRIDES)}' if target else ""


def _gather(keys: str, timeout: int, spoken: list[SpokenText], slow: bool, action: str) -> str:
    return (
        f'<Gather input="dtmf" {keys} timeout="{timeout}" method="POST" action={quoteattr(action + OVERRIDES)}>'
        f"{says(spoken, slow)}</Gather>"
    )


def _entry_keys(length: int | None) -> str:
    return (f'numDigits="{length}" ' if length else "") + 'finishOnKey="#"'


def _say(run: list[SpokenText], slow: bool, last: bool) -> str:
    voice, language = VOICES[run[0].language]
    text = gap = ""
    for sentence in run:
        text += gap + escape(sentence.text) if sentence.text else ""
        gap = PAUSE if sentence.pause else BREAK
    rests_by_itself = last or text.endswith(STOPS)
    if gap == PAUSE or not rests_by_itself:  # due before the next words, though another <Say> has them
        text += gap
    if slow:
        text = f'<prosody rate="{SLOW_RATE:.0%}">{text}</prosody>'
    return f'<Say voice="{voice}" language="{language}">{text}</Say>'
