"""A database with two wallets and four people, cheap argon2 parameters, and a clock that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from ivr.engine.secrets import Sealer
from ivr.staff import people
from ivr.staff.credentials import Credentials
from ivr.staff.people import Person
from ivr.staff.sessions import Session, find
from ivr.staff.sign_in import Signed, SignIn
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.tables import wallets

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PASSWORD, SECRET = "quite-long-and-secret", pyotp.random_base32()
MEI = Person("mei", "Mei", "agent", ("haiyun",), address="+12025550198")
BO = Person("bo", "Bo", "agent", ("linfu",))
SU = Person("su", "Su", "supervisor", ("haiyun", "linfu"))
AN = Person("an", "An", "admin", ("haiyun", "linfu"))
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


class Door:
    """Where people sign in; `now` is the time."""

    def __init__(self, engine: sa.Engine, settings: Any) -> None:
        self.engine, self.now = engine, MORNING
        sealer = Sealer(settings.server_key)
        self.sign_in = SignIn(engine, sealer, Credentials(sealer, CHEAP))
        with begin_write(engine) as conn:
            for wallet in ("haiyun", "linfu"):
                conn.execute(sa.insert(wallets).values(id=wallet, document="{}"))
            for person in (MEI, BO, SU, AN):
                people.add(conn, person, CHEAP.hash(PASSWORD), "root", self.now)
                if person.needs_code:
                    people.set_totp(conn, person.id, sealer.seal(SECRET), "root", self.now)

    def passes(self, **of: float) -> None:
        """Time passes."""
        self.now += timedelta(**of)

    def types(self, name: str, password: str = PASSWORD, address: str = OFFICE) -> Signed:
        """A person types name and password."""
        return self.sign_in.with_password(name, password, address, "Firefox", self.now)

    def types_code(self, signed: Signed, code: str | None = None, address: str = OFFICE) -> Signed:
        """And then a code, the right one unless told otherwise."""
        session = self.session(signed)
        assert session is not None and signed.session is not None
        return self.sign_in.with_code(session, signed.session, code or self.code(), address, "Firefox", self.now)

    def code(self) -> str:
        """What the app shows now."""
        return pyotp.TOTP(SECRET).at(self.now)

    def session(self, signed: Signed) -> Session | None:
        """The session, as the next request finds it."""
        with begin_read(self.engine) as conn:
            return find(conn, signed.session or "", self.now)


@pytest.fixture
def door(database: sa.Engine, settings: Any) -> Door:
    """On both databases."""
    return Door(database, settings)
