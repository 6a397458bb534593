"""Parses request bodies of the lab's API: a JSON object → fields of the scene. Raises DocumentError."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ivr.operations.line_switch import STATES
from ivr.wallet.shapes import DocumentError, having, maybe, moment, one_of, optional, refuse, text, truth, whole

MOST_AGENTS = 99  # as many as have a made-up number
ANSWERS = ("accept", "decline", "no-answer", "busy")
WALLET_MODES = ("ok", "slow", "error", "down")
SMS_MODES = ("ok", "reject", "unreachable")


def parsed(body: bytes) -> Any:
    """Parse the body as JSON whatever its content type says: curl's `-d` sends every body as a form."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DocumentError("the body is not JSON; write a JSON object in UTF-8") from None


def clock(body: Any) -> dict[str, Any]:
    """Parse `{"now": …, "runs": …}`; a running clock counts from now, machine time."""
    having(now=maybe(moment), runs=optional(truth))("", body)
    if "now" not in body:
        raise DocumentError('now is missing; write a time such as "2026-11-23T10:00:00+08:00", or null for real time')
    set_at = datetime.now(UTC).isoformat()
    return {"clock_now": body["now"], "clock_set_at": set_at, "clock_runs": body.get("runs", False)}


def agents(body: Any) -> dict[str, Any]:
    """`{"available": …, "answers": …}`; one of the two leaves the other as it is."""
    having(available=optional(_count), answers=optional(one_of(*ANSWERS)))("", body)
    fields = {"available": "agents_available", "answers": "agents_answer"}
    if not fields.keys() & body.keys():
        raise DocumentError("available and answers are both missing; write at least one of them")
    return {field: body[name] for name, field in fields.items() if name in body}


def wallet(body: Any) -> dict[str, Any]:
    """`{"mode": …}` of the wallet's API."""
    having(mode=one_of(*WALLET_MODES))("", body)
    return {"wallet": body["mode"]}


def sms(body: Any) -> dict[str, Any]:
    """`{"mode": …}` of the text provider."""
    having(mode=one_of(*SMS_MODES))("", body)
    return {"sms": body["mode"]}


def line(body: Any) -> dict[str, Any]:
    """Parse `{"state": …, "wallet": …, "reason": {"zh", "en"}}`; without a wallet it applies to all, as in `flask
    line`.
    """
    having(state=one_of(*STATES), wallet=maybe(text), reason=maybe(having(zh=text, en=text)))("", body)
    return {"state": body["state"], "wallet": body.get("wallet"), "reason": body.get("reason")}


def caller(body: Any) -> str:
    """`{"caller": "+86…"}`: the number of a telephone."""
    having(caller=text)("", body)
    return str(body["caller"])


def refuse_unknown(wallet: str | None, known: list[str]) -> None:
    """Raise DocumentError unless it is the id of a wallet, or None for all."""
    if wallet is not None and wallet not in known:
        refuse("wallet", wallet, f"the id of a wallet: {', '.join(known) or 'there is none'}; or null for all")


def _count(path: str, value: Any) -> None:
    whole(path, value)
    if not 0 <= value <= MOST_AGENTS:
        refuse(path, value, f"a whole number from 0 to {MOST_AGENTS}")
