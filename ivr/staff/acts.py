"""Acts: what an agent does for a caller from the card of a call, each with a row that says who, when and in which call.

The id of a row comes from the form, so a form that is sent twice finds its row and acts once. An act that asks a wallet
has its row before the wallet is asked: while the outcome is not known it is `asked`, and a repeat uses the same id.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.claims import lock_until_commit
from ivr.engine.secrets import BrokenSeal, Sealer
from ivr.staff.tables import agent_acts
from ivr.storage.database import AnyRow

ASKED, DONE, REFUSED = "asked", "done", "refused"
PROOF = "proof"
"""The act of an agent who verified the caller by the wallet's own procedure: level L3."""
KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Act:
    """One act; `note` is what the agent wrote, empty where nothing was or where it was erased."""

    id: str
    call: str
    wallet: str
    customer: str | None
    staff: str
    at: str
    act: str
    about: str
    details: dict[str, Any]
    status: str
    note: str = ""


def new_id() -> str:
    """An id for a form that is drawn now."""
    return secrets.token_hex(16)


def begun(conn: sa.Connection, call: str, id: str) -> Act | None:
    """The act with this id, if there is one; until the commit nobody else begins one in this call."""
    lock_until_commit(conn, f"acts:{call}")
    return find(conn, id)


def find(conn: sa.Connection, id: str) -> Act | None:
    """The act with this id, or None."""
    row = conn.execute(sa.select(agent_acts).where(agent_acts.c.id == id)).first()
    return _act(row) if row else None


def add(conn: sa.Connection, act: Act, sealer: Sealer | None = None) -> None:
    """Store an act; its note is sealed by the sealer of the call."""
    row = {name: getattr(act, name) for name in ("id", "call", "wallet", "customer", "staff", "at", "act", "about")}
    row |= {"details": json.dumps(act.details), "status": act.status}
    sealed = sealer.seal(act.note) if sealer and act.note else None
    conn.execute(sa.insert(agent_acts).values(**row, note_sealed=sealed))


def settle(conn: sa.Connection, id: str, status: str, about: str = "", **details: Any) -> bool:
    """Store the outcome of an act that was asked for; False if it was stored before."""
    here = (agent_acts.c.id == id) & (agent_acts.c.status == ASKED)
    row = conn.execute(sa.select(agent_acts).where(here)).first()
    if row is None:
        return False
    told = json.dumps(json.loads(row.details) | details)
    values = {"status": status, "details": told, "about": about or row.about}
    return bool(conn.execute(sa.update(agent_acts).where(here).values(**values)).rowcount)


def of_call(conn: sa.Connection, call: str) -> list[Act]:
    """Everything that was done for the caller of a call, the oldest first; without the notes."""
    query = sa.select(agent_acts).where(agent_acts.c.call == call).order_by(agent_acts.c.at, agent_acts.c.id)
    return [_act(row) for row in conn.execute(query)]


def notes_of(conn: sa.Connection, wallet: str, reference: str, sealer: Sealer) -> list[Act]:
    """What agents did about a case, with what they wrote, the oldest first."""
    here = (agent_acts.c.about == reference) & (agent_acts.c.wallet == wallet) & agent_acts.c.act.in_(("note", "stage"))
    rows = conn.execute(sa.select(agent_acts).where(here).order_by(agent_acts.c.at, agent_acts.c.id)).all()
    return [_act(row, _opened(conn, row, sealer)) for row in rows]


def pending(conn: sa.Connection, call: str, act: str, customer: str | None) -> Act | None:
    """The act of this kind for this customer whose outcome is not known yet."""
    wanted = (act, customer, ASKED)
    return next((one for one in of_call(conn, call) if (one.act, one.customer, one.status) == wanted), None)


def is_verified(conn: sa.Connection, call: str, customer: str) -> bool:
    """Whether an agent verified this customer in the call."""
    proved = (agent_acts.c.call == call) & (agent_acts.c.act == PROOF) & (agent_acts.c.customer == customer)
    return conn.execute(sa.select(agent_acts.c.id).where(proved).limit(1)).first() is not None


def _opened(conn: sa.Connection, row: AnyRow, sealer: Sealer) -> str:
    if not row.note_sealed:
        return ""
    try:
        return sealer.for_call(journal.key(conn, row.call)).open(row.note_sealed)
    except BrokenSeal:
        return ""


def _act(row: AnyRow, note: str = "") -> Act:
    known = (row.id, row.call, row.wallet, row.customer, row.staff, row.at, row.act, row.about)
    return Act(*known, json.loads(row.details), row.status, note)
