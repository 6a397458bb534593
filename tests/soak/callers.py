"""A simulated caller: a telephone on the real line, a customer of their own, and a will that chance decides."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

import httpx

from ivr.config.settings import Settings
from ivr.engine.twiml import OVERRIDES
from ivr.simulator.calls.phone import Phone
from ivr.telephony.twilio_rest import LAB_ACCOUNT
from tests.call_flows.line import HAIYUN, Caller
from tests.soak.customers import mobile, person
from tests.soak.wire import Restless, Tally, Watched

LONGEST_FOR_A_CODE = 60.0


@dataclass(frozen=True)
class Company:
    """Where the line and the telephone company are."""

    settings: Settings
    tally: Tally

    def texts(self, to: str = "") -> list[dict[str, str]]:
        """What was sent, oldest first."""
        address = f"{self.settings.twilio_api_url['']}/2010-04-01/Accounts/{LAB_ACCOUNT}/Messages.json"
        asked = {"PageSize": "1000"} | ({"To": to} if to else {})
        found: list[dict[str, str]] = []
        while True:
            page = httpx.get(
                address, params=asked, auth=(LAB_ACCOUNT, self.settings.twilio_auth_token), timeout=30, trust_env=False
            ).json()
            found += page["messages"]
            if not page["next_page_uri"]:
                return found[::-1]
            asked["Page"] = str(int(asked.get("Page", "0")) + 1)


class NoCode(AssertionError):
    """The text with the code did not come while the caller waited."""


class Soaked(Caller):
    """One call of customer `number`."""

    def __init__(self, company: Company, number: int, mark: str, chance: random.Random, by_pin: bool = False) -> None:
        transport = Watched(company.settings.public_base_url, company.tally)
        token = company.settings.twilio_auth_token
        Phone.__init__(
            self,
            transport,
            token,
            repeat=False,
            voice="/voice" + OVERRIDES,
            status="/voice/status" + OVERRIDES,
            fallback="/voice/fallback" + OVERRIDES,
        )
        self.webhooks = Restless(transport, token, company.tally, chance)
        self.lang, self.chance, self.number = chance.choice(("zh", "en")), chance, number
        self.person = person(number, by_pin or chance.random() < 0.8)
        self._company, self._transport, self._from = company, transport, f"+86139{mark}"

    def calls(self, line: str = HAIYUN, from_: str = "") -> Caller:
        """From a telephone that never rang before."""
        return super().calls(line, from_ or self._from)

    def code(self) -> str:
        """Waits for the text, as a person would."""
        until = time.monotonic() + LONGEST_FOR_A_CODE
        while time.monotonic() < until:
            bodies = [text["body"] for text in self._company.texts(mobile(self.number))]
            codes = [code[0] for body in bodies if (code := re.search(r"(?<!\d)\d{6}(?!\d)", body))]
            if codes:
                return codes[-1]
            time.sleep(0.3)
        raise NoCode("no text with a code came")

    def close(self) -> None:
        """Let go of the sockets."""
        self._transport.close()
