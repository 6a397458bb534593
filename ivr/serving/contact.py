"""An agent sends the customer a text of the approved list, or promises a callback.

A text goes to the number on file and to no other. A callback goes to the number that called or to the one on file, by
the rules of the flow: inside hours, one open promise a number, the same limits.
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from ivr.callbacks.callbacks import Draft, TooMany, draft_for_caller, draft_for_number, request_callback
from ivr.cases.tables import cases, disputes
from ivr.follow_up.tables import messages
from ivr.serving.context import VERIFIED, Refused, Serving
from ivr.staff import acts
from ivr.staff.acts import REFUSED, Act
from ivr.texts.follow_ups import BY_HAND
from ivr.wallet import directory
from ivr.wallet.verified import Verified

TEXT, CALLBACK = "text", "callback"
MOST_TEXTS = 3
"""By hand, in one call."""
REFERENCE, POLICE = "reference", "police"
Arrival = Literal["unknown", "sent", "arrived", "failed"]
ARRIVALS: dict[str, Arrival] = {"queued": "unknown", "sent": "sent", "delivered": "arrived"}
"""How a text stands, by the status of its message; by any other it failed."""
CALLER, ON_FILE = "caller", "on-file"


def send_text(serving: Serving, id: str, kind: str, reference: str) -> None:
    """Send a text of the list, once."""
    customer = serving.caller.proved(VERIFIED)
    if kind not in BY_HAND:
        raise Refused("form")
    _mobile(serving, id, customer)
    with serving.acting(id, TEXT) as (conn, before):
        if before is not None:
            return
        if kind not in texts_for(conn, serving.caller.wallet):
            raise Refused("form")
        if texts_left(conn, serving.caller.call) <= 0:
            raise Refused("texts-many")
        details = {"reference": _own_reference(conn, customer, reference)} if kind == REFERENCE else {}
        serving.keep(conn, serving.new(id, TEXT, kind, **details))
        serving.record(conn, "text-sent", serving.caller.call, text=kind)
        serving.services.texts.send(conn, message_of(serving.caller.call, id))


def texts_for(conn: sa.Connection, wallet: str) -> tuple[str, ...]:
    """The texts that hold for this wallet: the numbers of the police are those of mainland China."""
    in_china = directory.by_id(conn, wallet).calendar == "CN"
    return tuple(kind for kind in BY_HAND if in_china or kind != POLICE)


def texts_left(conn: sa.Connection, call: str) -> int:
    """How many texts may still be sent by hand in this call."""
    return MOST_TEXTS - sum(one.act == TEXT for one in acts.of_call(conn, call))


def arrival(conn: sa.Connection, act: Act) -> Arrival:
    """How a text that was sent by hand stands: on its way, handed over, arrived, or failed."""
    status = conn.scalar(sa.select(messages.c.status).where(messages.c.id == message_of(act.call, act.id)))
    return ARRIVALS.get(status or "", "failed")


def message_of(call: str, id: str) -> str:
    """The id of the message."""
    return f"hand:{call}:{id}"


def promise_callback(serving: Serving, id: str, to: str) -> None:
    """Promise a callback to the number that called, or to the one on file of a verified customer."""
    if to not in (CALLER, ON_FILE):
        raise Refused("form")
    number = _mobile(serving, id, serving.caller.proved(VERIFIED)) if to == ON_FILE else None
    with serving.acting(id, CALLBACK) as (conn, before):
        if before is None:
            refused = _promise(serving, conn, id, number)
    if before is None and refused:
        raise Refused("callbacks-many")


def _promise(serving: Serving, conn: sa.Connection, id: str, number: str | None) -> bool:
    """Whether a limit was reached; the refused draft and its act are kept, as in the flow."""
    world = serving.within(conn, id)
    draft = _draft(serving, conn, id, number)
    if not draft.allowed:
        raise Refused("no-number")
    to = ON_FILE if number else CALLER
    try:
        slot = request_callback.run(world, draft.id, "asked of an agent", serving.caller.urgent)
    except TooMany:
        serving.keep(conn, serving.new(id, CALLBACK, to, REFUSED))
        return True
    serving.keep(conn, serving.new(id, CALLBACK, to, slot=slot.slot, provisional=slot.provisional))
    serving.record(conn, "callback-promised", serving.caller.call, number=to)
    return False


def _draft(serving: Serving, conn: sa.Connection, id: str, number: str | None) -> Draft:
    caller, world = serving.caller, serving.within(conn, id)
    known = caller.customer if caller.level >= VERIFIED else None
    customer = {"id": known} if known else None
    if number is None:
        return draft_for_caller.run(world, caller.wallet, customer)
    return draft_for_number(world, number, caller.wallet, customer)


def _own_reference(conn: sa.Connection, customer: Verified, reference: str) -> str:
    """The reference, if it is one of this customer's; raises Refused."""
    for table in (cases, disputes):
        mine = (table.c.customer == customer.id) & (table.c.wallet == customer.wallet)
        if conn.execute(sa.select(table.c.n).where(table.c.reference == reference, mine)).first() is not None:
            return reference
    raise Refused("no-case")


def _mobile(serving: Serving, id: str, customer: Verified) -> str:
    """The number on file; raises Refused where there is none."""
    found = serving.account(id, customer)
    if found is None:
        raise Refused("level")
    if found.mobile is None:
        raise Refused("no-mobile")
    return found.mobile
