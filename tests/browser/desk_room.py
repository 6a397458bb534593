"""A desk with people, callers and talks, for pictures: a day that was played, rows besides, and clocks that stand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from ivr.config.settings import Settings
from ivr.desk import app as desk_app
from ivr.follow_up.outbox import stamp
from ivr.lab.staff import PEOPLE
from ivr.migrations.migrate import migrate
from ivr.queue import agents
from ivr.queue.tables import queue_entries
from ivr.staff import people
from ivr.staff.people import Person
from ivr.storage.database import begin_write, connect
from ivr.telephony.softphone import Leg
from tests.call_flows.line import lab_settings
from tests.desk.conftest import Desk, open_desk, play
from tests.desk.queue_rows import rings, talks, waits
from tests.ports import free_ports
from tests.staff.conftest import CHEAP, PASSWORD

ROOM = (
    ("mei", "梅婷 Mei Ting"),
    ("bo", "陈博 Chen Bo"),
    ("fang", "方敏 Fang Min"),
    ("lei", "雷鸣 Lei Ming"),
    ("qing", "林青 Lin Qing"),
    ("tao", "陶然 Tao Ran"),
    ("wen", "温雅 Wen Ya"),
    ("yu", "于洋 Yu Yang"),
)
TOPICS = ("security", "top-up", "transactions", "information", "other")


class Telephone:
    """A browser's telephone in which nothing is said."""

    def here(self, _person: str) -> Leg | None:
        """It is open."""
        return None


class Room:
    """The desk under its address, and what happens in it."""

    def __init__(self, desk: Desk, calls: tuple[str, str, str]) -> None:
        self.desk, self.calls = desk, calls
        self._cookies: dict[str, str] = {}

    def adds(self, id: str, name: str, ago: float = 0, wish: agents.Wish = "available") -> None:
        """An agent who takes calls in the browser, and chose this state so many seconds ago."""
        person = Person(id, name, "agent", ("haiyun",), address=f"client:{id}")
        row = {"id": id, "password_hash": CHEAP.hash(PASSWORD), "added": "2026", "totp_step": 0}
        with begin_write(self.desk.engine) as conn:
            conn.execute(sa.insert(people.staff).values(**row, **people.columns(person)))
            agents.wish(conn, id, wish, self.desk.now - timedelta(seconds=ago))

    def renames(self, id: str, name: str) -> None:
        """This person has another name."""
        with begin_write(self.desk.engine) as conn:
            conn.execute(sa.update(people.staff).where(people.staff.c.id == id).values(name=name))

    def fills(self, waiting: int, others: tuple[tuple[str, str], ...] = ROOM) -> None:
        """Agents, of whom every other one talks; so many callers who wait; and callers of this morning."""
        for place, (id, name) in enumerate(others):
            self.adds(id, name, ago=95 + 61 * place, wish="break" if place == 3 else "available")
            if place % 2 or place == 0:
                continue
            rings(self.desk, id, waits(self.desk, f"CB{id}", f"with-{id}", ago=300), f"offer-{id}", ago=60 + 37 * place)
            talks(self.desk, f"offer-{id}")
        for place in range(waiting):
            topic = TOPICS[place % len(TOPICS)]
            more = {
                "topic": topic,
                "priority": 0 if topic == "security" else 2,
                "language": "zh" if place % 3 else "en",
            }
            waits(self.desk, f"CA{place}", f"waits-{place}", ago=4 + 7 * place, **more)
        self.had(answered=52, abandoned=3)

    def had(self, **outcomes: int) -> None:
        """So many callers of this morning, by outcome; each waited fifteen seconds."""
        for outcome, number in outcomes.items():
            for place in range(number):
                entered = self.desk.now - timedelta(minutes=10 + 2 * place)
                end = {"answered": "answered", "abandoned": "ended"}[outcome]
                row = {
                    "wallet": "haiyun",
                    "language": "zh",
                    "topic": "other",
                    "priority": 2,
                    "status": "over",
                    "tries": 0,
                }
                row |= {"id": f"{outcome}-{place}", "call": f"CC{outcome}{place}", "outcome": outcome}
                row |= {"entered": stamp(entered), end: stamp(entered + timedelta(seconds=15))}
                with begin_write(self.desk.engine) as conn:
                    conn.execute(sa.insert(queue_entries).values(**row))

    def page(self, browser: Browser, name: str, language: str, **more: object) -> Page:
        """A page in which this person is signed in; the browser's clock stands, too."""
        url = self.desk.settings.desk_url
        context = browser.new_context(reduced_motion="reduce", **more)
        kept = {"desk-language": language}
        if name:
            kept[self.desk.cookie] = self._cookie(name)
        context.add_cookies([{"name": one, "value": value, "url": url} for one, value in kept.items()])
        page = context.new_page()
        page.clock.set_fixed_time(self.desk.now)
        return page

    def _cookie(self, name: str) -> str:
        """This person signs in once, which takes no time of the room's clock."""
        now = self.desk.now
        if name not in self._cookies:
            self._cookies[name] = self.desk.by(name).cookie() or ""
            self.desk.now = now
        return self._cookies[name]


@contextmanager
def desk_room(folder: Path) -> Iterator[Room]:
    """Serve the desk after a morning with three calls, at noon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk_app, "make_softphone", lambda _settings: Telephone())
        settings = _settings(folder)
        engine = connect(settings.database_url)
        migrate(engine)
        calls = play(settings, engine)
        with begin_write(engine) as conn:
            conn.execute(sa.delete(people.staff).where(people.staff.c.id.in_([one.id for one in PEOPLE])))
            conn.execute(sa.update(people.staff).values(address=""))
        desk = open_desk(settings, engine, patch)
        desk.cookie = f"desk-{settings.desk_port}"
        server = make_server("127.0.0.1", settings.desk_port, desk.app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Room(desk, calls)
        server.shutdown()
        engine.dispose()


def _settings(folder: Path) -> Settings:
    port = free_ports()
    given = {"DATA_DIR": str(folder / "var"), "TWILIO_AUTH_TOKEN": "12345", "DESK_PORT": str(port)}
    settings = Settings.load(given, dotenv=folder / "no.env")
    lab = lab_settings(settings, f"sqlite:///{folder / 'ivr.db'}")
    return replace(lab, desk_url=f"http://127.0.0.1:{port}", desk_port=port, server_key=bytes(32))
