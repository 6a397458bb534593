"""The lab's demo people: they have no password in the database, and sign in with one that stands on the lab's sign-in
page.

Outside the lab nothing imports this room, and a person without a password hash cannot sign in. So a database that comes
from a lab opens no door elsewhere.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
import sqlalchemy as sa

from ivr.engine.journal import insert_new
from ivr.staff import audit
from ivr.staff.credentials import Credentials
from ivr.staff.people import Person, columns
from ivr.staff.roles import NEEDS_CODE
from ivr.staff.tables import staff
from ivr.storage.database import AnyRow

PASSWORD = "wallet-desk-demo"
TOTP_SECRET = "WALLETDESKDEMOWALLETDESKDEMOXXXX"
TRUNK = "BY" + "0" * 32
PEOPLE = (
    Person("mei", "梅 Mei", "agent", (), address="client:mei"),
    Person("bo", "博 Bo", "agent", (), address="client:bo"),
    Person("fang", "方 Fang", "agent", (), address=f"byoc:{TRUNK}/+8619900009001"),
    Person("su", "苏 Su", "supervisor", ()),
    Person("ou", "欧 Ou", "auditor", ()),
    Person("an", "安 An", "admin", ()),
)
"""Mei and Bo have a wallet each and take calls in the browser. Fang, like the others, has all wallets of the world, and
the telephone of the lab's first agent (`ivr/lab/agents.py`), which answers as the scene says."""


def add_demo_people(conn: sa.Connection, wallets: Sequence[str]) -> None:
    """Put the demo people back as they are here, with the wallets of the world; people who were added stay."""
    for place, person in enumerate(PEOPLE):
        ours = wallets if person.role != "agent" else wallets[place : place + 1] or wallets
        row = columns(person) | {
            "wallets": json.dumps(list(ours)),
            "password_hash": None,
            "totp_sealed": None,
            "disabled": None,
        }
        new = {"id": person.id, "totp_step": 0, "added": audit.stamp(datetime.now(UTC))}
        if not insert_new(conn, staff, row | new):
            conn.execute(sa.update(staff).where(staff.c.id == person.id).values(**row))


@dataclass(frozen=True)
class DemoCredentials(Credentials):
    """Checks the demo people against the one password; everybody else as outside the lab."""

    def is_password(self, row: AnyRow | None, typed: str) -> bool:
        """Whether the password is right."""
        if row is not None and _is_demo(row):
            return hmac.compare_digest(typed.encode(), PASSWORD.encode())
        return super().is_password(row, typed)

    def totp_secret(self, row: AnyRow) -> str | None:
        """The secret of the app; the demo people whose role needs one share theirs."""
        if _is_demo(row):
            return TOTP_SECRET if row.role in NEEDS_CODE else None
        return super().totp_secret(row)

    def demo_people(self) -> Sequence[tuple[str, str, str]]:
        """What stands on the sign-in page."""
        return [(person.id, person.role, PASSWORD) for person in PEOPLE]

    def shown_code(self, row: AnyRow, at: datetime) -> str:
        """The code of a demo person: nobody has their telephone."""
        return pyotp.TOTP(TOTP_SECRET).at(at) if _is_demo(row) else ""


def _is_demo(row: AnyRow) -> bool:
    return row.password_hash is None and row.id in {person.id for person in PEOPLE}
