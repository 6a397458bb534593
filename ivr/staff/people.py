"""The people: adding, finding and changing them. Every change is in the audit log, in the same transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.engine.journal import insert_new
from ivr.staff import audit
from ivr.staff.addresses import WrongAddress, checked_address
from ivr.staff.roles import LANGUAGES, NEEDS_CODE, ROLES, TOPICS, Right, may
from ivr.staff.scope import Scope
from ivr.staff.tables import staff, staff_sessions
from ivr.storage.database import AnyRow, clean
from ivr.telephony.dialling import endpoint
from ivr.wallet.tables import wallets

LOGIN = re.compile("[a-z0-9_]{2,32}")  # as Twilio allows client identities
LONGEST_NAME = 80
"""Letters of a person's name."""


class WrongPerson(ValueError):
    """A person who cannot be added or changed so; `about` names the field, the message says what to write."""

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class Person:
    """Somebody who works at the line."""

    id: str
    name: str
    role: str
    wallets: tuple[str, ...]
    languages: tuple[str, ...] = LANGUAGES
    topics: tuple[str, ...] = TOPICS
    address: str = ""
    disabled: bool = False

    @property
    def scope(self) -> Scope:
        """The wallets whose rows this person may see."""
        return Scope.of(self.wallets)

    @property
    def needs_code(self) -> bool:
        """Whether the role signs in with a code beside the password."""
        return self.role in NEEDS_CODE

    def may(self, right: Right) -> bool:
        """Whether this person has a right, within their wallets."""
        return may(self.role, right)


def checked(person: Person, known_wallets: Iterable[str]) -> Person:
    """The person as they are kept; raises WrongPerson."""
    name = clean(person.name).strip()
    _refuse(not LOGIN.fullmatch(person.id), "id", f"{person.id!r} is no sign-in name; write 2 to 32 of a-z, 0-9 and _")
    _refuse(not 0 < len(name) <= LONGEST_NAME, "name", f"a name has 1 to {LONGEST_NAME} letters")
    _refuse(person.role not in ROLES, "role", f"{person.role!r} is no role; write one of {', '.join(ROLES)}")
    lists = {"wallets": sorted(known_wallets), "languages": LANGUAGES, "topics": TOPICS}
    for about, known in lists.items():
        given = getattr(person, about)
        wrong = [one for one in given if one not in known]
        _refuse(bool(wrong), about, f"{', '.join(wrong)}: not one of the {about}, which are {', '.join(known)}")
        _refuse(not given, about, f"write at least one of the {about}: {', '.join(known)}")
    try:
        return replace(person, name=name, address=checked_address(person.address, person.id))
    except WrongAddress as error:
        raise WrongPerson("address", str(error)) from None


def add(conn: sa.Connection, person: Person, password_hash: str | None, by: str, at: datetime) -> None:
    """Add a person; raises WrongPerson when something is wrong or the name is taken."""
    person = checked(person, conn.scalars(sa.select(wallets.c.id)))
    row = {"id": person.id, "password_hash": password_hash, "added": audit.stamp(at), "totp_step": 0} | columns(person)
    if not insert_new(conn, staff, row):
        raise WrongPerson("id", f"{person.id!r} is there already; choose another sign-in name")
    audit.record(conn, by, "person-added", person.id, at, role=person.role, wallets=list(person.wallets))


def change(conn: sa.Connection, person: Person, by: str, at: datetime) -> None:
    """Change role, name, wallets, languages, topics or address. Another role ends the sessions of the person."""
    before = find(conn, person.id)
    assert before is not None
    person = checked(person, conn.scalars(sa.select(wallets.c.id)))
    _update(conn, person.id, **columns(person))
    changed = [name for name in columns(person) if getattr(before, name) != getattr(person, name)]
    audit.record(conn, by, "person-changed", person.id, at, changed=changed, role=person.role)
    if person.role != before.role:
        end_sessions(conn, person.id, at)


def disable(conn: sa.Connection, person: str, by: str, at: datetime) -> None:
    """Sign-in is refused from now on, and all sessions end."""
    _update(conn, person, disabled=audit.stamp(at))
    audit.record(conn, by, "person-disabled", person, at, sessions=end_sessions(conn, person, at))


def enable(conn: sa.Connection, person: str, by: str, at: datetime) -> None:
    """Sign-in is possible again."""
    _update(conn, person, disabled=None)
    audit.record(conn, by, "person-enabled", person, at)


def set_password(conn: sa.Connection, person: str, password_hash: str, by: str, at: datetime) -> None:
    """Set the password and end all sessions."""
    _update(conn, person, password_hash=password_hash)
    audit.record(conn, by, "password-set", person, at, sessions=end_sessions(conn, person, at))


def set_totp(conn: sa.Connection, person: str, sealed: str, by: str, at: datetime) -> None:
    """Set the secret of the authenticator app and end all sessions."""
    _update(conn, person, totp_sealed=sealed, totp_step=0)
    audit.record(conn, by, "totp-set", person, at, sessions=end_sessions(conn, person, at))


def end_all(conn: sa.Connection, person: str, by: str, at: datetime) -> int:
    """Sign a person out everywhere; how many sessions ended."""
    ended = end_sessions(conn, person, at)
    audit.record(conn, by, "sessions-ended", person, at, sessions=ended)
    return ended


def end_sessions(conn: sa.Connection, person: str, at: datetime) -> int:
    """End all sessions of a person; how many there were."""
    open_ = (staff_sessions.c.person == person) & staff_sessions.c.ended.is_(None)
    return int(conn.execute(sa.update(staff_sessions).where(open_).values(ended=audit.stamp(at))).rowcount)


def find(conn: sa.Connection, id: str) -> Person | None:
    """The person with this sign-in name, also a disabled one."""
    row = conn.execute(sa.select(staff).where(staff.c.id == id)).first()
    return person_of(row) if row else None


def everybody(conn: sa.Connection, scope: Scope | None = None) -> list[Person]:
    """All people by name; with a scope, those whose wallets all lie in it."""
    people = [person_of(row) for row in conn.execute(sa.select(staff).order_by(staff.c.id))]
    return [one for one in people if scope is None or scope.holds(one.wallets)]


def by_trunk(conn: sa.Connection) -> dict[str, list[str]]:
    """Who is rung by each trunk to a carrier of one's own, without disabled people."""
    found: dict[str, list[str]] = {}
    for one in everybody(conn):
        trunk = endpoint(one.address)[1]
        if trunk and not one.disabled:
            found.setdefault(trunk, []).append(one.id)
    return found


def who_can_sign_in(conn: sa.Connection) -> tuple[list[Person], list[Person]]:
    """The people who can sign in, and those who cannot for want of an authenticator app; without disabled ones."""
    rows = conn.execute(sa.select(staff).where(staff.c.disabled.is_(None)).order_by(staff.c.id)).all()
    without_app = [row for row in rows if not row.totp_sealed and row.role in NEEDS_CODE]
    can = [row for row in rows if row.password_hash and row not in without_app]
    return [person_of(row) for row in can], [person_of(row) for row in without_app]


def person_of(row: AnyRow) -> Person:
    """A row → the person."""
    lists = {name: tuple(json.loads(getattr(row, name))) for name in ("wallets", "languages", "topics")}
    return Person(row.id, row.name, row.role, address=row.address, disabled=row.disabled is not None, **lists)


def columns(person: Person) -> dict[str, Any]:
    """The columns that can be changed, as they are stored."""
    lists = {name: json.dumps(getattr(person, name)) for name in ("wallets", "languages", "topics")}
    return {"name": person.name, "role": person.role, "address": person.address} | lists


def _update(conn: sa.Connection, person: str, **values: Any) -> None:
    conn.execute(sa.update(staff).where(staff.c.id == person).values(**values))


def _refuse(wrong: bool, about: str, message: str) -> None:
    if wrong:
        raise WrongPerson(about, message)
