"""Chooses the own number from which the line calls and texts.

Two numbers belong to a call: the line that was dialled, which names the wallet and may be forwarded to us by another
carrier, and the number of ours that answered it. Twilio calls and texts from numbers of the account only (errors 13214,
21210, 21606), so that is the one to use, unless CALLER_ID or SMS_FROM say otherwise. The facts of a call hold it
(`number`) where it is not the wallet's line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ivr.config.settings import E164, Settings
from ivr.engine import journal
from ivr.telephony import numbers


def answered_by(to: str, line: str, country: str) -> str:
    """The own number that a call came in on: Twilio's `To`, or the wallet's line if `To` is a name."""
    if E164.fullmatch(to):
        return to
    return numbers.arrived(to, country) or line


def caller_id(settings: Settings, facts: Mapping[str, Any]) -> str:
    """The caller ID of calls that the line places about a call with these facts."""
    return _chosen(settings.caller_id, facts)


def sender(settings: Settings, facts: Mapping[str, Any]) -> str:
    """The sender of texts about a call with these facts: a number, messaging service, short code or name."""
    return _chosen(settings.sms_from, facts)


def facts_of(conn: sa.Connection, call: str) -> Mapping[str, Any]:
    """Read the present facts of a call."""
    rows = journal.rows(conn, call)
    return rows[-1].facts if rows else {}


def _chosen(setting: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    chosen = setting.get(facts.get("wallet", "")) or setting.get("")
    return chosen or facts.get("number") or facts.get("line") or ""
