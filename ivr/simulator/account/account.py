"""What the telephone company knows: queues, rooms, recordings. Who moves calls (`post`) is the board's business."""

from __future__ import annotations

import io
import secrets
import threading
import wave
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from audio.voice import VoiceMissing
from ivr.simulator.account.leg_events import Deed, Happened, Party
from ivr.simulator.webhooks.delivery import Courier, DeliveryFailed

Event = Deed | Happened
LARGEST_QUEUE = 1000


def new_sid(prefix: str = "CA") -> str:
    """A fresh identifier in Twilio's form."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    """The machine's time, to the second, as Twilio writes it."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(eq=False)
class Member:
    """A leg in a queue."""

    leg: Party
    since: float
    enqueued: datetime = field(default_factory=now)

    @property
    def seconds(self) -> int:
        """How long it has waited, by the virtual clock."""
        return int(self.leg.clock - self.since)


@dataclass(eq=False)
class Queue:
    """First come, first served."""

    name: str
    max_size: int = LARGEST_QUEUE
    sid: str = field(default_factory=lambda: new_sid("QU"))
    members: list[Member] = field(default_factory=list)
    created: datetime = field(default_factory=now)

    def join(self, leg: Party) -> Member:
        """Stand at the end."""
        member = Member(leg, leg.clock)
        self.members.append(member)
        return member

    def drop(self, member: Member) -> None:
        """No longer waiting, for whatever reason; twice is no harm."""
        if member in self.members:
            self.members.remove(member)

    def average(self) -> int:
        """Mean wait of those who wait."""
        return sum(member.seconds for member in self.members) // len(self.members) if self.members else 0


@dataclass(eq=False)
class Participant:
    """A leg in a room."""

    leg: Party
    label: str = ""
    muted: bool = False
    hold: bool = False
    starts: bool = True
    ends: bool = False
    coaching: str = ""
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Room:
    """A conference; its callbacks are those that the first participant asked for."""

    company: Company
    name: str
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: str = "init"
    participants: list[Participant] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    reports: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _courier: Courier | None = None
    _callback: str = ""
    _events: frozenset[str] = frozenset()

    def listen(self, courier: Courier, base: str, attributes: Mapping[str, str]) -> None:
        """The first participant's word on callbacks counts, later ones are ignored."""
        if self._courier is None:
            self._courier = courier
            asked = attributes.get("statusCallback", "")
            self._callback = courier.resolve(base, asked) if asked else ""
            self._events = frozenset(attributes.get("statusCallbackEvent", "").split())

    def enter(self, participant: Participant) -> None:
        """Come in; the room begins with the first who may start it and somebody to talk to."""
        self.participants.append(participant)
        self.tell("join", "participant-join", participant)
        if self.status == "init" and len(self.participants) > 1 and any(one.starts for one in self.participants):
            self.status = "in-progress"
            self.tell("start", "conference-start")

    def leave(self, participant: Participant) -> None:
        """Go; the room ends with its last participant, or with one who must be there."""
        if participant not in self.participants:
            return
        self.participants.remove(participant)
        self.tell("leave", "participant-leave", participant)
        if participant.ends or not self.participants:
            self.end(participant.leg.sid)

    def end(self, by: str = "") -> None:
        """Everybody's `<Dial>` is over."""
        if self.status == "completed":
            return
        self.status = "completed"
        self.tell("end", "conference-end", more={"CallSidEndingConference": by} if by else {})
        for one in tuple(self.participants):
            self.company.post(one.leg, Deed())

    def tell(self, kind: str, event: str, participant: Participant | None = None, more: Mapping[str, str] = {}) -> None:  # noqa: B006
        """Report an event, if it is of a kind that was asked for."""
        if not self._courier or not self._callback or kind not in self._events:
            return
        form = {
            "ConferenceSid": self.sid, "FriendlyName": self.name, "AccountSid": self.company.account,
            "StatusCallbackEvent": event, "SequenceNumber": str(len(self.reports)),
            "Timestamp": format_datetime(now()), **more,
        }  # fmt: skip
        if participant:
            form |= {
                "CallSid": participant.leg.sid,
                "Muted": str(participant.muted).lower(),
                "Hold": str(participant.hold).lower(),
            }
        self.reports.append((event, form))
        try:
            self._courier.deliver(self._callback, form)
        except DeliveryFailed as fault:
            self._courier.faults.append(fault)


@dataclass(eq=False)
class Recording:
    """A recording; its file is made when somebody asks for it."""

    call: str
    seconds: float
    source: str
    words: str = ""
    sid: str = field(default_factory=lambda: new_sid("RE"))
    created: datetime = field(default_factory=now)
    deleted: bool = False

    def sound(self) -> bytes:
        """16-bit mono at 8 kHz: the words as a voice reads them, else a quiet square tone, or a second of silence."""
        return (self.words and spoken_words(self.words)) or self._tone()

    def _tone(self) -> bytes:
        wave_of = b"\x00\x04" * 10 + b"\x00\xfc" * 10 if self.seconds else bytes(40)
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(wave_of * int((self.seconds or 1) * 400))
        return file.getvalue()


def is_written_in_chinese(words: str) -> bool:
    """Whether any character of it is Chinese."""
    return any("\u3400" <= sign <= "\u9fff" for sign in words)


def spoken_words(words: str) -> bytes:
    """A WAV file of these words; nothing where there is no voice, or nothing to say."""
    from ivr.simulator.speech_audio import spoken  # it brings what only sounds need

    try:
        return spoken(words, "zh" if is_written_in_chinese(words) else "en", False)
    except (VoiceMissing, ValueError):
        return b""


def _nobody(leg: Party, event: Event) -> None:
    """Without an board there is one caller, and nobody else to tell."""


@dataclass(eq=False)
class Company:
    """The registers of one account."""

    account: str = "AC" + "0" * 32
    base_url: str = "https://api.twilio.com"
    post: Callable[[Party, Event], None] = _nobody
    queues: dict[str, Queue] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    bought: Callable[[], Collection[str]] | None = None
    """The account's numbers; None: every number that anybody names is one."""
    dialled: set[str] = field(default_factory=set)
    """Numbers at which the account was called: they are its own."""
    verified: set[str] = field(default_factory=set)
    """Numbers of others from which it may call, and not text."""
    senders: set[str] = field(default_factory=set)
    """Short codes, and messaging services by their sid."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def numbers(self) -> list[str]:
        """The account's own numbers."""
        return sorted(self.dialled.union(self.bought() if self.bought else ()))

    def may_call_from(self, number: str) -> bool:
        """Whether a call may show this number."""
        return self.bought is None or number in self.verified or number in self.numbers

    def may_text_from(self, sender: str) -> bool:
        """Whether a text may come from there; a name need not be asked for."""
        return self.bought is None or not (sender[:1] == "+" or sender.isascii() and sender.isdigit()) or sender in {*self.numbers, *self.senders}  # fmt: skip

    def queue(self, name: str) -> Queue:
        """The queue of this name, made when it is first asked for."""
        with self.lock:
            return self.queues.setdefault(name, Queue(name))

    def find_queue(self, name: str) -> Queue | None:
        """By name or sid, if it exists."""
        return self.queues.get(name) or next((one for one in tuple(self.queues.values()) if one.sid == name), None)

    def room(self, name: str) -> Room:
        """The room of this name that has not ended; a new one otherwise."""
        with self.lock:
            live = [room for room in self.rooms if room.name == name and room.status != "completed"]
            if not live:
                live = [Room(self, name)]
                self.rooms += live
            return live[0]

    def record(self, recording: Recording) -> Recording:
        """Keep a recording."""
        self.recordings.append(recording)
        return recording

    def address(self, recording: Recording) -> str:
        """Where its file is, without an extension."""
        return f"{self.base_url}/2010-04-01/Accounts/{self.account}/Recordings/{recording.sid}"

    def part(self, leg: Party) -> None:
        """This leg stops talking; whoever it talked to through a queue is told."""
        other, leg.talking_to = leg.talking_to, None
        if other is not None and other.talking_to is leg:
            other.talking_to = None
            self.post(other, Deed())
