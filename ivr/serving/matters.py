"""An agent works on the customer's cases: adds a note, sets a stage, opens a case, files a dispute.

Cases and disputes are opened by the effects that call flows use, so references, dates, texts and CRM events are the
same.
"""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from ivr.cases.cases import PROMISES, open_case
from ivr.cases.disputes import dispute_of, file_dispute, is_disputable, keep_dispute, terms_of
from ivr.cases.stages import OPEN, STAGES, set_stage
from ivr.cases.tables import cases, disputes
from ivr.engine.errors import Unavailable
from ivr.queue.talk_notes import clean_text
from ivr.serving.context import VERIFIED, Refused, Serving
from ivr.staff.acts import ASKED, DONE, REFUSED, Act
from ivr.storage.database import AnyRow, begin_read
from ivr.wallet.transactions import Record, latest
from ivr.wallet.types import DISPUTE_REASONS, AlreadyDisputed
from ivr.wallet.verified import Verified

NOTE, STAGE, CASE, DISPUTE = "note", "stage", "case", "dispute"
KINDS = tuple(PROMISES)


def add_to_case(serving: Serving, id: str, reference: str, note: str, stage: str, sure: bool) -> None:
    """Add a note to an open case or dispute of the customer, and set the stage of a case. `sure`: that it is done."""
    customer, text = serving.caller.proved(VERIFIED), clean_text(note)
    with serving.acting(id, NOTE, STAGE) as (conn, before):
        if before is not None:
            return
        case, is_dispute = _find_open(conn, customer, reference)
        moves = not is_dispute and bool(stage) and stage != case.status
        if stage and stage not in STAGES:
            raise Refused("form")
        if not text and not moves:
            raise Refused("empty")
        if moves and stage not in OPEN and not sure:
            raise Refused("unconfirmed")
        serving.keep(conn, _about_case(serving, id, reference, text, stage if moves else ""))
        if text:
            serving.record(conn, "case-noted", reference)
        if moves:
            set_stage(conn, reference, stage)
            serving.record(conn, "case-stage-set", reference, stage=stage)


def open_for(serving: Serving, id: str, kind: str, record: str) -> None:
    """Open a case about a payment or top-up of the customer, or about this call; at most one for the same matter."""
    customer = serving.caller.proved(VERIFIED)
    if kind not in KINDS or len(record) > 128:
        raise Refused("form")
    if record and record not in {one.id for one in _latest(serving, id, customer)}:
        raise Refused("form")
    with serving.acting(id, CASE) as (conn, before):
        if before is not None:
            return
        world = serving.within(conn, id)
        case = open_case.run(world, customer.id, customer.wallet, kind, record or serving.caller.call)
        serving.keep(conn, serving.new(id, CASE, case.reference, kind=kind, known=case.known))
        serving.record(conn, "case-opened", case.reference, kind=kind)


def dispute(serving: Serving, id: str, payment: str, reason: str) -> None:
    """File a dispute at the wallet and keep it; or leave it as asked, when the wallet does not answer."""
    customer = serving.caller.proved(VERIFIED)
    details = {"payment": payment, "reason": reason}
    required = partial(_require_disputable, serving, id, customer, **details)
    asked = serving.begin(id, DISPUTE, required, {"kind": reason}, **details)
    if asked.status != ASKED:
        return
    payment, reason = asked.details["payment"], asked.details["reason"]
    try:
        due = file_dispute.run(serving.asking(asked.id), customer, payment, reason)
    except AlreadyDisputed:
        with serving.acting(asked.id, DISPUTE) as (conn, _):
            serving.settle(conn, asked.id, REFUSED)
        raise Refused("already-disputed") from None
    except Unavailable:
        return
    with serving.acting(asked.id, DISPUTE) as (conn, _):
        kept = keep_dispute.run(serving.within(conn, asked.id), customer, payment, reason, due)
        if serving.settle(conn, asked.id, DONE, kept.reference):
            serving.record(conn, "dispute-filed", kept.reference, kind=reason)


def disputable(serving: Serving, customer: Verified, found: list[Record]) -> list[Record]:
    """Those of these transactions that may be disputed by their kind, outcome and age."""
    with begin_read(serving.services.engine) as conn:
        world, of = serving.within(conn, "page"), customer.wallet
        return [one for one in found if is_disputable(one) and not terms_of.run(world, of, one.at).too_old]


def _about_case(serving: Serving, id: str, reference: str, text: str, stage: str) -> Act:
    details = {"stage": stage} if stage else {}
    return serving.new(id, NOTE if text else STAGE, reference, note=text, **details)


def _find_open(conn: sa.Connection, customer: Verified, reference: str) -> tuple[AnyRow, bool]:
    """The open case or dispute of this customer, and whether it is a dispute; raises Refused."""
    for table in (cases, disputes):
        mine = (table.c.customer == customer.id) & (table.c.wallet == customer.wallet) & table.c.status.in_(OPEN)
        row = conn.execute(sa.select(table).where(table.c.reference == reference, mine).with_for_update()).first()
        if row is not None:
            return row, table is disputes
    raise Refused("no-case")


def _require_disputable(serving: Serving, id: str, customer: Verified, payment: str, reason: str) -> None:
    if reason not in DISPUTE_REASONS:
        raise Refused("form")
    mine = [one for one in _latest(serving, id, customer) if one.id == payment]
    if not disputable(serving, customer, mine):
        raise Refused("not-disputable")
    try:
        there = dispute_of.run(serving.asking(id), customer, payment)
    except Unavailable:
        raise Refused("unreachable") from None
    if there is not None:
        raise Refused("already-disputed")


def _latest(serving: Serving, id: str, customer: Verified) -> list[Record]:
    try:
        return latest.run(serving.asking(id), customer)
    except Unavailable:
        raise Refused("unreachable") from None
