"""The shape of a wallet's configuration: `wallets` of a wallet file, and of the demo's world. Checks are structural."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ivr.storage.database import clean
from ivr.wallet.shapes import (
    DocumentError,
    address,
    clock,
    each,
    either,
    having,
    matching,
    maybe,
    number,
    one_of,
    text,
    truth,
    whole,
    zone,
)

both = having(zh=text, en=text)
unit = one_of("business", "calendar")
promise = having(days=whole, unit=unit)
SPAN = r"closed|([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
hours = matching(SPAN, 'hours such as "09:00-21:00", or "closed"')
week = having(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"), hours))
every_day = matching(f"always|{SPAN}", '"always", hours such as "09:00-21:00", or an object of hours for each day')
method = having(id=text, name=both, fee=whole, arrival=both, single=whole)
policy = having(
    dispute_window_days=whole,
    dispute_decision=promise,
    provisional_credit=truth,
    compensation_decision=promise,
    refund=having(balance_minutes=whole, card_days=each(whole, least=2), unit=unit),
    top_up_limits=having(single=whole, daily=whole, monthly=whole, annual=whole),
    top_up_methods=each(method),
    unknown_confirmation=promise,
    system_fault_follow_up=promise,
    cut_off=clock,
    reward_expiry_days=whole,
)
wallet = having(
    id=text,
    line=number,
    lines=maybe(each(address)),
    name=both,
    timezone=zone,
    calendar=text,
    languages=maybe(each(one_of("zh", "en"))),
    security_hours=maybe(either(week, every_day)),
    policy=policy,
    hours=week,
    channels=having(website=both, app=both, social=both, official_numbers=each(text)),
)


def checked_wallets(document: Any) -> list[dict[str, Any]]:
    """Check a document that holds only wallets, and remove characters that databases refuse; raises DocumentError."""
    try:
        cleaned = cleaned_text(document)
    except RecursionError:
        raise DocumentError("the document is nested too deep; write a list of wallets") from None
    having(wallets=maybe(each(wallet)))("", cleaned)
    found: list[dict[str, Any]] = cleaned.get("wallets") or []
    ids = ((f"wallets[{place}].id", one["id"]) for place, one in enumerate(found))
    for fault in (*twice(ids), *twice(lines_of(found))):
        raise DocumentError(fault)
    return found


def cleaned_text(value: Any) -> Any:
    """Copy a document without the characters that databases refuse."""
    if isinstance(value, dict):
        return {clean(name): cleaned_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [cleaned_text(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def lines_of(wallets: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield every number of every wallet with its path in the document."""
    for place, one in enumerate(wallets):
        yield f"wallets[{place}].line", one["line"]
        for further, line in enumerate(one.get("lines") or []):
            if line != one["line"]:
                yield f"wallets[{place}].lines[{further}]", line


def twice(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a message for each value that occurs at two paths."""
    first: dict[str, str] = {}
    for path, value in found:
        if value in first:
            yield f'{path} is "{value}", and so is {first[value]}; give each its own'
        first.setdefault(value, path)
