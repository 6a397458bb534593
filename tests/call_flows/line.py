"""A line to call in tests: the whole app on a fresh database, with the demo world and a telephone.

Every webhook is posted twice, the second time to an app whose runtime was made anew, as after a restart; any
difference between the two answers fails the test. A caller speaks one language; what the line would have said in the
other one at the same moment is compared as well (`tests/call_flows/both_languages.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from app import create_app
from ivr.config.logs import prepare_logs
from ivr.config.settings import Settings
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import Sealer
from ivr.follow_up.context import Context
from ivr.follow_up.messages import send_message
from ivr.follow_up.tables import messages
from ivr.simulator.calls.phone import Phone
from ivr.simulator.webhooks.transport import ClientTransport
from ivr.storage.database import begin_read, connect
from ivr.texts.follow_ups import COMPOSERS
from ivr.web import blueprints
from ivr.wiring.lab_or_live import make_text_provider, make_wallet
from ivr.wiring.voice import make_runtime
from tests.call_flows import both_languages

NOON = "2026-11-23T10:00:00+08:00"
"""A Monday morning within the hours of both demo wallets."""
HAIYUN, LINFU = "+864000000101", "+864000000102"
BORROWED = "+8613900000001"
"""A telephone that is nobody's registered number."""


@dataclass(frozen=True)
class Person:
    """A customer of the demo world, as the caller knows themself."""

    number: str
    tail: str
    pin: str = ""


LIN = Person("19900000051", "21403*")
DANA = Person("12025550151", "880431", "481920")
SUN = Person("19900000053", "100217")
OMAR = Person("10002054", "553201", "730162")


@lru_cache
def demo_world() -> str:
    """The demo world as text, its dates as they stand in the file."""
    return (Path(__file__).parents[2] / "ivr" / "lab" / "default_world.json").read_text("utf-8")


@dataclass
class Standing:
    """Stands for the runtime in the app's views, which ask it at each request: behind them it can be made anew."""

    runtime: Runtime

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runtime, name)


@dataclass
class Line:
    """The app under test; `restart` builds it anew, `lab` is its lab API.

    An engine that is given is used by all its apps, and what SQLAlchemy has compiled for it is not compiled again.
    """

    settings: Settings
    engine: sa.Engine | None = None
    app: Any = None
    transport: ClientTransport = field(init=False)
    _standing: Standing = field(init=False)
    _key_clock: Any = field(init=False)

    def __post_init__(self) -> None:
        self.transport = ClientTransport(None, self.settings.public_base_url)
        both_languages.forget()
        self.restart()

    def restart(self) -> None:
        """As after the end of the process, perhaps with other settings: nothing in memory survives."""
        self._end()
        with (
            patch.object(blueprints, "connect", self._connect),
            patch.object(blueprints, "make_runtime", self._make_runtime),
        ):
            self.app = create_app(self.settings)
        self.transport.client = self.app.test_client()

    def lose_memory(self) -> None:
        """The same for less: the app stays, for its views remember nothing outside the runtime
        (tests/web/test_views.py).
        """
        self._end()
        prepare_logs()
        sealer = Sealer(self.settings.server_key)
        self._standing.runtime = make_runtime(self.runtime.engine, self.settings, sealer, self._key_clock)

    def close(self) -> None:
        """Let go of the database and of the worker's lock."""
        self._end()
        self.runtime.engine.dispose()

    def _end(self) -> None:
        if self.app is not None:
            self.runtime.close()
            if self.runtime.engine is not self.engine:
                self.runtime.engine.dispose()

    def _connect(self, url: str) -> sa.Engine:
        """A given engine keeps its connections, for in them nothing of the line survives.

        Their transactions are over, and the worker's lock is no part of them.
        """
        if self.engine is not None and url_of(self.engine) == url:
            return self.engine
        return connect(url)

    def _make_runtime(self, engine: sa.Engine, settings: Settings, sealer: Sealer, key_clock: Any) -> Any:
        self._key_clock = key_clock  # in the lab it is the telephone's, and keeps nothing
        self._standing = Standing(make_runtime(engine, settings, sealer, key_clock))
        return self._standing

    @property
    def runtime(self) -> Runtime:
        """What the app's turns have around them, until it loses its memory."""
        return self._standing.runtime

    def put(self, what: str, document: Any) -> Any:
        """A PUT to the lab; its answer."""
        answer = self.app.test_client().put(f"/lab/{what}", json=document, base_url="http://127.0.0.1:5000")
        assert answer.status_code == 200, answer.text
        return answer.json

    def get(self, what: str) -> Any:
        """A GET from the lab, after the follow-ups that are due have run."""
        self.deliver_texts()
        answer = self.app.test_client().get(f"/lab/{what}", base_url="http://127.0.0.1:5000")
        assert answer.status_code == 200, answer.text
        return answer.json

    def change_world(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Load the demo world after `change` had it."""
        document = json.loads(demo_world())
        change(document)
        self.put("world", document)

    def deliver_texts(self) -> None:
        """What the worker process does, at once and here."""
        engine = self.runtime.engine
        provider = make_text_provider(engine, self.settings)
        wallet = make_wallet(engine, self.settings)
        here = Context(engine, self.settings, provider, self.runtime.clock, composers=COMPOSERS, wallet=wallet)
        with begin_read(engine) as conn:
            waiting = list(conn.scalars(sa.select(messages.c.id).where(messages.c.status == "queued")))
        for message in sorted(waiting, key=lambda id: id.startswith("code:")):  # a code last: the caller waits for it
            send_message(here, message)

    def texts(self) -> list[str]:
        """The text messages so far, oldest first."""
        return [text["body"] for text in self.get("sms")]


class Caller(Phone):
    """A person with a telephone, who speaks one language; words are given as (Chinese, English).

    `compares`: words are expected in the other language, too, as far as the line is in this process.
    """

    compares = False

    def __init__(self, line: Line, lang: str, **more: Any) -> None:
        more = {"repeat": True, "before_repeat": line.lose_memory, **more}
        super().__init__(line.transport, line.settings.twilio_auth_token, **more)
        self.line, self.lang = line, lang

    def calls(self, line: str = HAIYUN, from_: str = BORROWED, **more: str) -> Caller:
        """Dial and, unless this number did so before, choose one's language; ends at the main menu."""
        self.dials(line, from_, **more)
        if any("普通话" in option.label for option in self.options[:1]):
            self.presses("1" if self.lang == "zh" else "2")
        return self

    def picks(self, zh: str, en: str) -> Caller:
        """Press the key of the option with this label."""
        mine, other = (zh, en) if self.lang == "zh" else (en, zh)
        self._expect_in_the_other_language(other)
        self.chooses(mine)
        return self

    def is_told(self, zh: str, en: str) -> Caller:
        """This turn said these words."""
        mine, other = (zh, en) if self.lang == "zh" else (en, zh)
        self.hears(mine)
        self._expect_in_the_other_language(other)
        return self

    def is_not_told(self, zh: str, en: str) -> Caller:
        """This turn did not say these words."""
        self.does_not_hear(zh if self.lang == "zh" else en)
        return self

    def _expect_in_the_other_language(self, words: str) -> None:
        if self.compares:
            both_languages.expect(self.heard, words)

    def proves(self, person: Person) -> Caller:
        """Go through verification, by PIN if there is one, else by the code that was texted."""
        self.enters(person.number + "#").enters(person.tail)
        if person.pin:
            self.picks("电话服务密码", "phone PIN").enters(person.pin)
        else:
            self.picks("短信验证码", "code by text").enters(self.code())
        return self

    def means_another(self) -> Caller:
        """Say no to each record that the line offers by itself; ends at what it asks then."""
        while ("您要问的是这一笔吗" if self.lang == "zh" else "Is this about that one") in self.heard:
            self.picks("不是", "no")
        return self

    def wants_a_call_back(self, number: str) -> Caller:
        """From the offer to the read-back of another number than the one that rings."""
        self.picks("需要回电", "call back")
        if ("就回拨这个号码" if self.lang == "zh" else "call that number back") in self.heard:
            self.picks("不是", "no")
        return self.enters(number + "#")

    def code(self) -> str:
        """The code of the last text message."""
        body = self.line.texts()[-1]
        return next(body[i : i + 6] for i in range(len(body)) if body[i : i + 6].isdigit())

    def report(self) -> dict[str, Any]:
        """The call as the lab shows it."""
        return self.line.get(f"calls/{self.sid}")


def lab_settings(settings: Settings, database_url: str) -> Settings:
    """The fixture's settings on this database, at an address of this machine: no token is asked for."""
    here = {"public_base_url": "http://127.0.0.1:5000", "lab_token": ""}
    return replace(settings, database_url=database_url, lab=True, **here)


def open_line(settings: Settings, database: sa.Engine) -> Line:
    """A line on a migrated database, with the demo world at ten on a Monday."""
    line = Line(lab_settings(settings, url_of(database)), database)
    line.put("world", json.loads(demo_world()))
    line.put("clock", {"now": NOON})
    return line


def url_of(database: sa.Engine) -> str:
    """Its address, with what it takes to connect."""
    return database.url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Described:
    """A record that the caller describes, once verified: none of those that the line offers by itself is meant."""

    caller: Caller
    describe: Callable[[Caller], Caller]

    def proves(self, person: Person) -> Caller:
        """Go through verification, say no to what is offered, and answer the questions."""
        return self.describe(self.caller.proves(person).means_another())

    def is_known(self) -> Caller:
        """The same for a caller who was verified before in this call."""
        return self.describe(self.caller.means_another())
