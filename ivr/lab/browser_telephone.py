"""The lab's telephone in the browser of an agent: the simulator operates it, and the desk's buttons reach it from
here."""

from __future__ import annotations

from typing import Any

import httpx

from ivr.config.settings import Settings
from ivr.network.loopback import TOKEN
from ivr.network.tls import trusted
from ivr.telephony.softphone import Heard, Leg, NotReached

PATIENCE = httpx.Timeout(10.0, connect=2.0)
"""Answering takes as long as the line takes for its first document."""


class LabTelephone:
    """Requests to the simulator's `/simulator/clients`."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{settings.port + 1}/simulator/clients",
            timeout=PATIENCE,
            trust_env=False,
            verify=trusted(),
            headers={TOKEN: settings.lab_token},
            transport=transport,
        )

    def here(self, person: str) -> Leg | None:
        """Register the browser, or renew that."""
        return _leg(self._ask("POST", f"/{person}"))

    def leave(self, person: str) -> None:
        """Close the browser: what rings is declined, a talk ends."""
        self._ask("DELETE", f"/{person}")

    def accept(self, person: str, call: str | None) -> None:
        """Answer; a leg that was answered before is asked for key 1."""
        leg = self._found(person)
        if call is not None and leg.call != call:
            raise NotReached("another call")
        if leg.state == "ringing":
            self._act(person, leg, "answer")
        elif leg.asks:
            self._act(person, leg, "press", keys="1")

    def decline(self, person: str) -> None:
        """Reject what rings; a leg that was answered before ends."""
        self._act(person, self._found(person), "hang-up")

    def say(self, person: str, words: str) -> None:
        """Say this to the caller."""
        self._act(person, self._found(person), "say", words=words)

    def hang_up(self, person: str) -> None:
        """End the call."""
        self._act(person, self._found(person), "hang-up")

    def _found(self, person: str) -> Leg:
        leg = _leg(self._ask("GET", f"/{person}"))
        if leg is None:
            raise NotReached("no call")
        return leg

    def _act(self, person: str, leg: Leg, what: str, **body: str) -> None:
        self._ask("POST", f"/{person}/{leg.call}/{what}", body)

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, json=body)
            if answer.status_code != 200:
                raise NotReached(str(answer.status_code))
            return dict(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise NotReached(type(error).__name__) from error


def _leg(shown: dict[str, Any]) -> Leg | None:
    """The oldest call of the browser; there is one at a time."""
    legs = shown["legs"]
    if not legs:
        return None
    lines = tuple(Heard(one["who"], one["text"], one["language"]) for one in legs[0]["lines"])
    return Leg(legs[0]["sid"], legs[0]["state"], legs[0]["asks"], lines)
