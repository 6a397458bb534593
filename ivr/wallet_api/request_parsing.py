"""Parses requests of the wallet API, as strictly as the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from flask import request
from msgspec import Meta

from ivr.wallet.types import DisputeReason, Id, Moment

T = TypeVar("T")
KEY = re.compile(r"[A-Za-z0-9._:-]{8,200}", re.ASCII)
IN_PATH = {
    "wallet": re.compile(r"[a-z0-9-]{1,40}", re.ASCII),
    "account": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII),
    "key": KEY,
}
MOST_A_PAGE = 100
"""Records in one answer, and as many without `limit`."""


class Refused(Exception):
    """A request that is answered by a problem: status, code and a sentence for the client."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


class Search(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a search: mobiles in E.164 or wallet ids; earlier ones win."""

    identifiers: Annotated[list[Annotated[str, Meta(min_length=1, max_length=64)]], Meta(min_length=1, max_length=8)]


class Check(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a check: a value that a caller keyed as proof of identity."""

    what: Literal["id_tail", "phone_pin"]
    value: Annotated[str, Meta(max_length=64)]


class NewFreeze(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a freeze, which is empty."""


class NewUnfreeze(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an unfreeze, which is empty."""


class NewDispute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a dispute: the payment and the reason."""

    payment: Id
    reason: DisputeReason


class NewConsent(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a consent: whether offers may be pushed."""

    push: bool


@dataclass(frozen=True)
class Span:
    """A span of time, since <= at < until, and a page in it."""

    since: datetime
    until: datetime
    after: str | None
    limit: int


def path() -> None:
    """Check the path parameters; raises Refused."""
    for name, given in (request.view_args or {}).items():
        if not IN_PATH[name].fullmatch(given):
            raise Refused(400, "bad-request", f"the {name} in the address has letters that none can have")


def body(kind: type[T]) -> T:
    """Decode the JSON body; raises Refused."""
    if request.mimetype != "application/json":
        raise Refused(415, "not-json", "send the body as application/json")
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "bad-request", f"the body does not fit: {error}") from None


def key() -> str:
    """Read the idempotency key of a write or a check; raises Refused."""
    given = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(given):
        raise Refused(400, "bad-request", "send an Idempotency-Key of 8 to 200 letters, digits or . _ : -")
    return given


def span() -> Span:
    """Read since, until, after and limit of the query; raises Refused."""
    after = request.args.get("after")
    limit = request.args.get("limit", str(MOST_A_PAGE))
    if after is not None:
        _fits("after", after, Id)
    if not re.fullmatch(r"[1-9][0-9]?|100", limit, re.ASCII):
        raise Refused(400, "bad-request", f"limit is a number from 1 to {MOST_A_PAGE}")
    return Span(_moment("since"), _moment("until"), after, int(limit))


def _moment(name: str) -> datetime:
    if name not in request.args:
        raise Refused(400, "bad-request", f"{name} is missing; write a time such as 2026-11-23T10:00:00+08:00")
    return _fits(name, request.args[name], Moment)


def _fits(name: str, text: str, kind: type[T]) -> T:
    try:
        return msgspec.convert(text, kind, strict=True)
    except msgspec.MsgspecError as error:
        raise Refused(400, "bad-request", f"{name} does not fit: {error}") from None
