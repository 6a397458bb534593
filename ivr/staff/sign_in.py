"""Signing in: the password, then a code for those who need one; and limits on wrong tries, which all processes share.

A try is counted as wrong before it is checked, and marked as right afterwards, each in a short transaction of its own:
tries at the same time cannot pass a limit together, and the database is not locked while a hash is computed.

Wrong tries at a name are counted in shares, as for callers (`ivr/identity/guessing.py`): a network address from which
the person signed in before has its own share, all other addresses have one together. So strangers close their own share
and not that of the office. Unknown names are counted like known ones, by a keyed hash: a password that was typed into
the wrong field is not stored. A try beyond a limit is refused unseen and not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.engine.claims import lock_until_commit
from ivr.engine.secrets import Sealer
from ivr.staff import audit, sessions
from ivr.staff.audit import stamp
from ivr.staff.credentials import Credentials
from ivr.staff.people import person_of
from ivr.staff.sessions import Session
from ivr.staff.tables import sign_ins, staff
from ivr.storage.database import AnyRow, begin_read, begin_write

MINUTES, DAY = timedelta(minutes=15), timedelta(days=1)
"""The spans in which wrong tries at signing in are counted."""
LIMITS = ((10, MINUTES), (30, DAY))
"""Wrong passwords and codes at one name, in one share, since its last sign-in."""
ADDRESS_LIMIT = 60
"""Wrong tries from one network address within fifteen minutes, at any names."""
NO_CODE = "no-code"
Refusal = Literal["wrong", "limit", "no-code"]
"""Wrong name, password or code; too many tries; the role needs a code, and the person has no app yet."""


@dataclass(frozen=True)
class Signed:
    """The outcome: the id of a session, which may still wait for its code, or why there is none."""

    session: str | None = None
    waits_for_code: bool = False
    refused: Refusal | None = None


@dataclass(frozen=True)
class SignIn:
    """Signs people in, on one database."""

    engine: sa.Engine
    sealer: Sealer
    credentials: Credentials

    def with_password(self, name: str, password: str, address: str, browser: str, at: datetime) -> Signed:
        """Begin a session if name and password are right; it waits for a code if the person has an app or needs one."""
        counted = self._count(name, address, at)
        if counted is None:
            return Signed(refused="limit")
        with begin_read(self.engine) as conn:
            row = conn.execute(sa.select(staff).where(staff.c.id == name)).first()
        right = self.credentials.is_password(row, password)
        if row is None or row.disabled or not right:
            return Signed(refused="wrong")
        new_hash = self.credentials.new_hash(row, password)
        has_app = self.credentials.totp_secret(row) is not None
        if person_of(row).needs_code and not has_app:
            return Signed(refused="no-code")
        with begin_write(self.engine) as conn:
            self._forgive(conn, counted, whole=not has_app)
            if new_hash:
                conn.execute(sa.update(staff).where(staff.c.id == row.id).values(password_hash=new_hash))
            return self._begin(conn, row, browser, at, waits_for_code=has_app)

    def with_code(self, session: Session, id: str, code: str, address: str, browser: str, at: datetime) -> Signed:
        """Exchange a session that waits for its code for one of a new id, if the code is right and was not used yet."""
        name = session.person.id
        counted = self._count(name, address, at)
        if counted is None:
            return Signed(refused="limit")
        with begin_write(self.engine) as conn:
            lock_until_commit(conn, f"sign-in:{name}")
            row = conn.execute(sa.select(staff).where(staff.c.id == name, staff.c.disabled.is_(None))).first()
            waiting = sessions.find(conn, id, at)
            step = self.credentials.time_step(row, code, at) if row is not None else None
            if row is None or step is None or waiting is None or not waiting.waits_for_code:
                return Signed(refused="wrong")
            conn.execute(sa.update(staff).where(staff.c.id == name).values(totp_step=step))
            sessions.end(conn, name, session.number, at)
            self._forgive(conn, counted, whole=True)
            return self._begin(conn, row, browser, at, waits_for_code=False)

    def prove(self, session: Session, password: str, code: str, address: str, at: datetime) -> Refusal | None:
        """Check password and code of a person who is signed in, under the limits of sign-in; None: both are right, and
        the session knows it. Who has no app needs no code."""
        name = session.person.id
        counted = self._count(name, address, at)
        if counted is None:
            return "limit"
        with begin_read(self.engine) as conn:
            row = conn.execute(sa.select(staff).where(staff.c.id == name)).first()
        if not self.credentials.is_password(row, password):
            return "wrong"
        with begin_write(self.engine) as conn:
            lock_until_commit(conn, f"sign-in:{name}")
            row = conn.execute(sa.select(staff).where(staff.c.id == name, staff.c.disabled.is_(None))).first()
            if row is None or not self._takes_code(conn, row, code, at):
                return "wrong"
            self._forgive(conn, counted, whole=True)
            sessions.prove(conn, session, at)
            audit.record(conn, name, "proved", name, at)
        return None

    def _takes_code(self, conn: sa.Connection, row: AnyRow, code: str, at: datetime) -> bool:
        """Whether the code is right, which is then used; true for a person without an app."""
        if self.credentials.totp_secret(row) is None:
            return not person_of(row).needs_code
        step = self.credentials.time_step(row, code, at)
        if step is not None:
            conn.execute(sa.update(staff).where(staff.c.id == row.id).values(totp_step=step))
        return step is not None

    def is_own_password(self, name: str, password: str, address: str, at: datetime) -> bool:
        """Whether a person who is signed in typed their password, under the limits of sign-in."""
        counted = self._count(name, address, at)
        with begin_read(self.engine) as conn:
            row = conn.execute(sa.select(staff).where(staff.c.id == name)).first()
        if counted is None or not self.credentials.is_password(row, password):
            return False
        with begin_write(self.engine) as conn:
            self._forgive(conn, counted, whole=False)
        return True

    def forget_tries(self, conn: sa.Connection, name: str) -> None:
        """Open all shares of a name: a person who was shut out may try again."""
        wrong = (sign_ins.c.account == self._account(name)) & ~sign_ins.c.ok
        conn.execute(sa.delete(sign_ins).where(wrong))

    def _begin(self, conn: sa.Connection, row: AnyRow, browser: str, at: datetime, waits_for_code: bool) -> Signed:
        id = sessions.begin(conn, row.id, browser, at, waits_for_code)
        if not waits_for_code:
            audit.record(conn, row.id, "signed-in", row.id, at)
        return Signed(id, waits_for_code)

    def _count(self, name: str, address: str, at: datetime) -> int | None:
        """Count a try as wrong and return its number; None: the limit is reached."""
        account, origin = self._account(name), self.sealer.fingerprint(f"address:{address}")
        with begin_write(self.engine) as conn:
            for counter in sorted((f"sign-in:{account}", f"sign-in:{origin}")):
                lock_until_commit(conn, counter)
            _forget_old(conn, at)
            if _is_at_limit(conn, account, origin, at):
                logger("desk").warning("sign-in refused after too many wrong tries")
                return None
            row = {"account": account, "address": origin, "at": stamp(at), "ok": False}
            return int(conn.execute(sa.insert(sign_ins).values(**row).returning(sign_ins.c.n)).scalar_one())

    def _forgive(self, conn: sa.Connection, counted: int, whole: bool) -> None:
        """The password was right: its try was not wrong. Only a whole sign-in ends the count of the tries before."""
        mine = sign_ins.c.n == counted
        conn.execute(sa.update(sign_ins).where(mine).values(ok=True) if whole else sa.delete(sign_ins).where(mine))

    def _account(self, name: str) -> str:
        return self.sealer.fingerprint(f"sign-in:{name}")


def _forget_old(conn: sa.Connection, at: datetime) -> None:
    """Wrong tries count for a day; right ones say which addresses are a person's own, for ninety."""
    old = sign_ins.c.at < sa.case((sign_ins.c.ok, stamp(at - 90 * DAY)), else_=stamp(at - DAY))
    conn.execute(sa.delete(sign_ins).where(old))


def _is_at_limit(conn: sa.Connection, account: str, origin: str, at: datetime) -> bool:
    right = (sign_ins.c.account == account) & sign_ins.c.ok
    own = set(conn.scalars(sa.select(sign_ins.c.address).where(right).distinct()))
    share = sign_ins.c.address == origin if origin in own else sign_ins.c.address.not_in(sorted(own))
    last = conn.scalar(sa.select(sa.func.max(sign_ins.c.n)).where(right, share)) or 0
    wrong = (sign_ins.c.account == account) & ~sign_ins.c.ok & share & (sign_ins.c.n > last)
    limits = [(most, wrong & (sign_ins.c.at > stamp(at - within))) for most, within in LIMITS]
    from_there = (sign_ins.c.address == origin) & ~sign_ins.c.ok & (sign_ins.c.at > stamp(at - MINUTES))
    limits.append((ADDRESS_LIMIT, from_there))
    return any((conn.scalar(sa.select(sa.func.count()).where(which)) or 0) >= most for most, which in limits)
