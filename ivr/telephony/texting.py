"""Sending a text message: the interface, which Twilio and the lab implement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sent:
    """How it ended: `sent`, `delivered`, `undelivered` or `failed`, with Twilio's error number and id of the text."""

    status: str
    error: int | None = None
    sid: str | None = None


@dataclass(frozen=True)
class Text:
    """A number in E.164, the words, what they come from; `mark` stands for the message in delivery notices.

    `sender` is a number of ours, a messaging service (`MG…`), a short code or a name. `tried`: since when it has been
    tried; it may be on its way already, by an answer that was lost. `signature`: what the words begin with, the
    wallet's name.
    """

    to: str
    body: str
    sender: str = ""
    mark: str | None = None
    tried: datetime | None = None
    signature: str = ""

    @property
    def unsigned(self) -> str:
        """The words alone: a carrier knows the name, whatever is in it."""
        return self.body.removeprefix(self.signature)


class Provider(Protocol):
    """Sends one text. A refusal is a result; an exception means nobody knows, and it is tried again."""

    def send(self, message_id: str, text: Text) -> Sent: ...

    def look(self, sid: str) -> Sent | None:
        """How a text that was sent stands now; None: the provider does not know it any more."""
