"""A day of the line with calls to both wallets, the people who may see them, and browsers in which they sign in.

The day is played once for all tests; each gets a copy of its database. Outside of the lab, as in production: the desk
is at an https address.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from ivr.config.settings import Settings
from ivr.desk import app as desk_app
from ivr.engine.secrets import Sealer
from ivr.staff import people
from ivr.staff.credentials import Credentials
from ivr.staff.people import Person
from ivr.storage.database import begin_read, begin_write, connect
from tests.call_flows.conftest import line
from tests.call_flows.line import LIN, LINFU, Caller, Line, demo_world, lab_settings
from tests.call_flows.test_top_up import reports
from tests.staff.conftest import CHEAP, PASSWORD, SECRET

__all__ = ["line"]
URL = "https://desk.example.com"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AGENTS = ("+8619900009001", "+8619900009002")
"""The lab's first two agents, as `ivr/lab/agents.py` numbers them."""
TRUNK = "BY" + "0" * 32
STAFF = (
    Person("agent_h", "Agent of Haiyun", "agent", ("haiyun",), address=f"byoc:{TRUNK}/{AGENTS[0]}"),
    Person("idle_h", "Idle agent of Haiyun", "agent", ("haiyun",), address=f"byoc:{TRUNK}/{AGENTS[1]}"),
    Person("super_h", "Supervisor of Haiyun", "supervisor", ("haiyun",)),
    Person("audit_h", "Auditor of Haiyun", "auditor", ("haiyun",)),
    Person("admin_h", "Admin of Haiyun", "admin", ("haiyun",)),
    Person("agent_l", "Zweite Person", "agent", ("linfu",), address=f"byoc:{TRUNK}/{AGENTS[0]}"),
    Person("super_l", "Dritte Person", "supervisor", ("linfu",)),
    Person("super_b", "Supervisor of both", "supervisor", ("haiyun", "linfu")),
    Person("admin_b", "Admin of both", "admin", ("haiyun", "linfu")),
)
ROLES_OF_HAIYUN = {"agent": "agent_h", "supervisor": "super_h", "auditor": "audit_h", "admin": "admin_h"}


@dataclass(frozen=True)
class Day:
    """What happened: Lin's call to Haiyun that an agent took, with a case; one to Linfu; one that is abandoned."""

    settings: Settings
    database: Path
    taken: str
    at_linfu: str
    abandoned: str


def play(settings: Settings, engine: sa.Engine) -> tuple[str, str, str]:
    """Ring the line three times on this Monday morning, and add the people."""
    line = Line(settings, engine)
    line.put("world", json.loads(demo_world()))
    told = []
    for hour, wallet, from_ in ((10, "", "+8613900000001"), (11, LINFU, "+8613900000077"), (12, "", "anonymous")):
        line.put("clock", {"now": f"2026-11-23T{hour}:00:00+08:00"})
        caller = Caller(line, "en", repeat=False)
        caller.calls(*([wallet] if wallet else []), from_=from_)
        if hour == 10:
            reports(caller, "800", "1121").proves(LIN)
        if hour < 12:
            caller.presses("0")
        caller.hangs_up()
        told.append(caller.sid)
    line.runtime.close()
    join(engine, settings)
    return tuple(told)


def join(engine: sa.Engine, settings: Settings) -> None:
    """Everybody of STAFF starts work: one password, one app."""
    sealed = Sealer(settings.server_key).seal(SECRET)
    with begin_write(engine) as conn:
        for person in STAFF:
            row = {"id": person.id, "password_hash": CHEAP.hash(PASSWORD), "added": "2026", "totp_step": 0}
            conn.execute(sa.insert(people.staff).values(**row, **people.columns(person)))
            if person.needs_code:
                people.set_totp(conn, person.id, sealed, "root", NOON)


@pytest.fixture(scope="session")
def day(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Played once, on SQLite."""
    folder = tmp_path_factory.mktemp("day")
    file = Path(shutil.copyfile(sqlite_template, folder / "ivr.db"))
    given = {
        "DATA_DIR": str(folder / "var"),
        "TWILIO_AUTH_TOKEN": "12345",
        "PUBLIC_BASE_URL": "https://ivr.example.com",
    }
    settings = lab_settings(Settings.load(given, dotenv=folder / "no.env"), f"sqlite:///{file}")
    engine = connect(settings.database_url)
    told = play(settings, engine)
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return Day(settings, file, *told)


class Window:
    """A browser of one person. It sends the token of the page that it last saw with every form."""

    def __init__(self, desk: Desk, host: str = URL, **environment: str) -> None:
        self.desk, self.host = desk, host
        self.client = desk.app.test_client()
        self.environment = {"REMOTE_ADDR": "192.0.2.1", **environment}
        self.page: TestResponse | None = None

    def gets(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        more = {"base_url": self.host, "environ_base": self.environment, "buffered": True, **more}
        self.page = self.client.get(path, **more)
        return self.page

    def posts(self, path: str, token: str | None = None, **form: Any) -> TestResponse:
        """Send a form, with the token of the last page unless another one is given."""
        data = {"csrf_token": self.token() if token is None else token, **form}
        headers = {"Origin": self.host} | form.pop("headers", {})
        self.page = self.client.post(
            path, data=data, base_url=self.host, environ_base=self.environment, headers=headers
        )
        return self.page

    def token(self) -> str:
        """The token of the last page, or of the sign-in page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page.text if self.page else "")
        if found is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.gets("/desk/me", follow_redirects=True).text)
        assert found is not None
        return found[1]

    def signs_in(self, name: str, password: str = PASSWORD) -> Window:
        """With a code if the role needs one; a later code than the last time."""
        self.gets("/desk/sign-in")
        answer = self.posts("/desk/sign-in", name=name, password=password)
        if answer.location == "/desk/sign-in/code":
            self.gets("/desk/sign-in/code")
            self.desk.now += timedelta(seconds=30)
            answer = self.posts("/desk/sign-in/code", code=pyotp.TOTP(SECRET).at(self.desk.now))
        assert (answer.status_code, answer.location) == (303, "/desk/"), answer.text
        self.gets("/desk/", follow_redirects=True)
        return self

    def cookie(self) -> str | None:
        """The id of the session."""
        found = self.client.get_cookie(self.desk.cookie, domain=self.host.partition("://")[2].partition(":")[0])
        return found.value if found else None


@dataclass
class Desk:
    """The desk under test; `now` is the machine's time, `line_now` that of the line; tests set both."""

    app: Flask
    engine: sa.Engine
    settings: Settings
    now: datetime
    cookie: str = "__Host-desk"
    line_now: datetime = NOON

    def window(self, **environment: str) -> Window:
        """Another browser."""
        return Window(self, self.settings.desk_url, **environment)

    def by(self, name: str) -> Window:
        """A browser in which this person is signed in."""
        return self.window().signs_in(name)

    def audited(self, act: str) -> list[tuple[str, str, str]]:
        """The rows of an act in the audit log: who, about what, of which wallet."""
        with begin_read(self.engine) as conn:
            found = conn.execute(
                sa.text("SELECT who, about, wallet FROM audit_log WHERE act = :act ORDER BY n"), {"act": act}
            )
            return [tuple(row) for row in found]


def open_desk(settings: Settings, engine: sa.Engine, patch: pytest.MonkeyPatch, **more: Any) -> Desk:
    """The app on this database; its clocks are the test's."""
    patch.setattr(desk_app, "connect", lambda _url: engine)
    desk = Desk(Flask("none"), engine, settings, NOON)
    patch.setattr(desk_app, "business_clock", lambda _settings: lambda _conn: desk.line_now)
    if not settings.lab:
        more.setdefault("credentials", Credentials(Sealer(settings.server_key), CHEAP))
    desk.app = desk_app.create_desk(settings, clock=lambda: desk.now, **more)
    return desk


def live(settings: Settings) -> Settings:
    """Outside of the lab, at its https address."""
    return replace(settings, lab=False, desk_url=URL)


@pytest.fixture
def database_kind() -> str:
    """SQLite; test_walk.py goes through every page on both."""
    return "sqlite"


@pytest.fixture
def copied(day: Day, tmp_path: Path) -> Iterator[sa.Engine]:
    """The day's database, for one test."""
    engine = connect(f"sqlite:///{shutil.copyfile(day.database, tmp_path / 'ivr.db')}")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(day: Day, copied: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk in production, at noon of that day."""
    return open_desk(live(day.settings), copied, monkeypatch)


@pytest.fixture
def references(copied: sa.Engine) -> Callable[[str], list[str]]:
    """The references of a wallet's cases and disputes."""

    def of(wallet: str) -> list[str]:
        query = "SELECT reference FROM cases WHERE wallet = :w UNION SELECT reference FROM disputes WHERE wallet = :w"
        with begin_read(copied) as conn:
            return list(conn.scalars(sa.text(query), {"w": wallet}))

    return of
