"""An agent verifies the caller by the wallet's own procedure (L3), and lifts the freeze of the account.

A wallet's answer that does not come is neither a success nor a failure: the act stays `asked`, the page says that
nobody knows, and pressing again asks the wallet under the same idempotency key.
"""

from __future__ import annotations

from ivr.engine.errors import Unavailable
from ivr.serving.context import BY_AGENT, NAMED, Refused, Serving
from ivr.staff.acts import ASKED, DONE, PROOF, REFUSED
from ivr.wallet.client import wallet_client
from ivr.wallet.types import StaysFrozen
from ivr.wallet.verified import Verified

UNFREEZE = "unfreeze"
PROOFS = ("in-app", "document", "details")
"""How an agent verifies a caller, as wallets' procedures have it."""


def verify(serving: Serving, id: str, how: str, sure: bool) -> None:
    """Note that this agent verified the customer whom the line had found: from now on the call is at L3."""
    if serving.caller.customer is None or serving.caller.level < NAMED:
        raise Refused("level")
    if how not in PROOFS:
        raise Refused("form")
    if not sure:
        raise Refused("unconfirmed")
    with serving.acting(id, PROOF) as (conn, before):
        if before is None:
            serving.keep(conn, serving.new(id, PROOF, how))
            serving.record(conn, "caller-verified", serving.caller.call, proof=how)


def unfreeze(serving: Serving, id: str) -> None:
    """Lift the freeze, tell the owner by a text; or leave it as asked, when the wallet does not answer."""
    customer = serving.caller.proved(BY_AGENT)
    if serving.caller.directed:
        raise Refused("directed")
    asked = serving.begin(id, UNFREEZE, lambda: _require_liftable(serving, id, customer), {})
    if asked.status != ASKED:
        return
    world = serving.asking(asked.id)
    try:
        wallet_client(world).unfreeze(customer.id, f"{world.call}:{UNFREEZE}:{asked.id}", world.deadline)
    except StaysFrozen:
        _settle(serving, asked.id, REFUSED)
        raise Refused("stays-frozen") from None
    except Unavailable:
        return
    _settle(serving, asked.id, DONE)


def _require_liftable(serving: Serving, id: str, customer: Verified) -> None:
    account = serving.account(id, customer)
    if account is None or account.status != "frozen":
        raise Refused("not-frozen")
    if not account.may_unfreeze:
        raise Refused("stays-frozen")


def _settle(serving: Serving, id: str, status: str) -> None:
    """Store the outcome and queue the text, once."""
    with serving.acting(id, UNFREEZE) as (conn, _):
        if serving.settle(conn, id, status) and status == DONE:
            serving.record(conn, "account-unfrozen", serving.caller.call)
            serving.services.texts.send(conn, f"{UNFREEZE}:{serving.caller.call}:{id}")
