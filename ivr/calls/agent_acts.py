"""What agents did for the caller of a call, as the console and the wallet's CRM are told of it: not what they wrote.

Each act is an event of its own for the CRM: it is done after the summary was sent. A summary that is sent later, for
the next agent, holds all acts so far.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up import deliveries
from ivr.staff import acts
from ivr.staff.acts import DONE, Act


def acts_in(conn: sa.Connection, call: str) -> list[dict[str, Any]]:
    """The acts of a call that were done, the oldest first."""
    return [_told(one) for one in acts.of_call(conn, call) if one.status == DONE]


def tell_crm_of_act(conn: sa.Connection, settings: Settings, act: Act, now: datetime) -> None:
    """Queue this act for the wallet's CRM, once, if it was done."""
    if act.status == DONE:
        told = _told(act) | {"call": act.call, "wallet": act.wallet, "customer": act.customer}
        deliveries.promise_act(conn, settings, act.id, told, now)


def _told(act: Act) -> dict[str, Any]:
    return {"act": act.act, "about": act.about, "agent": act.staff, "at": act.at, "details": act.details}
