"""The shape of a world: what `PUT /lab/world` takes. Checks are structural; odd figures are a scene, not an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ivr.storage.database import clean
from ivr.wallet.shapes import (
    WorldError,
    address,
    clock,
    day,
    each,
    either,
    having,
    matching,
    maybe,
    moment,
    number,
    one_of,
    optional,
    personal,
    text,
    truth,
    whole,
    zone,
)

LISTS = ("wallets", "customers", "top_ups", "payments", "disputes", "promotions", "rewards", "attempts")
REFERENCES = (
    (("customers", "promotions"), "wallet", "wallets"),
    (("top_ups", "payments", "disputes", "rewards", "attempts"), "customer", "customers"),
    (("disputes",), "payment", "payments"),
    (("rewards",), "promotion", "promotions"),
)
KEYS = (
    *((name, "id") for name in ("wallets", "customers", "top_ups", "payments", "disputes", "promotions")),
    ("disputes", "reference"),
    ("disputes", "payment"),  # one dispute a payment
)
CHOICES_SHOWN = 10

both = having(zh=text, en=text)
unit = one_of("business", "calendar")
promise = having(days=whole, unit=unit)
status = one_of("succeeded", "failed", "pending")
SPAN = r"closed|([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
hours = matching(SPAN, 'hours such as "09:00-21:00", or "closed"')
week = having(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"), hours))
every_day = matching(f"always|{SPAN}", '"always", hours such as "09:00-21:00", or an object of hours for each day')
method = having(id=text, name=both, fee=whole, arrival=both, single=whole)
policy = having(
    dispute_window_days=whole, dispute_decision=promise, provisional_credit=truth, compensation_decision=promise,
    refund=having(balance_minutes=whole, card_days=each(whole, least=2), unit=unit),
    top_up_limits=having(single=whole, daily=whole, monthly=whole, annual=whole),
    top_up_methods=each(method), unknown_confirmation=promise, system_fault_follow_up=promise,
    cut_off=clock, reward_expiry_days=whole,
)  # fmt: skip
wallet = having(
    id=text, line=number, lines=maybe(each(address)), name=both, timezone=zone, calendar=text,
    languages=maybe(each(one_of("zh", "en"))), security_hours=maybe(either(week, every_day)), policy=policy,
    hours=week,
    channels=having(website=both, app=both, social=both, official_numbers=each(text)),
)  # fmt: skip
customer = having(
    id=text, wallet=text, name=maybe(text), language=optional(one_of("zh", "en")),
    mobile=maybe(personal(number, 'a number such as "+8619900000051", or null')),
    wallet_id=personal(text, "a text of digits"),
    id_tail=personal(matching(r"[0-9]{5}[0-9X]", ""), "six digits, of which the last may be X"),
    phone_pin=maybe(personal(matching(r"[0-9]{6}", ""), "six digits, or null")),
    status=optional(one_of("active", "frozen", "closed")), two_factor=optional(truth), birth_year=maybe(whole),
    registered_on=maybe(day), balance=optional(whole), points=optional(whole), push_opt_in=optional(truth),
    cards=maybe(each(having(bank=both, type=maybe(text), tail=text))), **{"class": maybe(text)},
)  # fmt: skip
top_up = having(
    id=text, customer=text, amount=whole, channel=text, card_tail=maybe(text), at=moment, status=status,
    code=maybe(text), bank_debited=maybe(truth),
)  # fmt: skip
payment = having(
    id=text, customer=text, amount=whole, payee=both, at=moment, status=status, code=maybe(text),
    bank_debited=maybe(truth),
)  # fmt: skip
dispute = having(
    id=text, reference=matching(r"[0-9]{9}", 'nine digits in a text, such as "202611017"'), customer=text, payment=text,
    reason=one_of(
        "not-me", "duplicate", "wrong-amount", "not-received", "refund-missing", "wrong-payee", "cancelled-subscription"
    ),
    at=moment, status=one_of("received", "in-review", "decided-refund", "decided-rejected", "refunded"),
    due=maybe(day), refund_to=maybe(text),
)  # fmt: skip
promotion = having(
    id=text, wallet=text, title=both, audience=one_of("all", "new", "existing"), condition=both, starts=moment,
    ends=moment, reward=maybe(having(kind=text, amount=maybe(whole), target=maybe(whole))),
)  # fmt: skip
reward = having(
    customer=text, promotion=text, progress=optional(whole), completed_at=maybe(moment), credited_at=maybe(moment),
    credit_due=maybe(day),
)  # fmt: skip
attempt = having(customer=text, at=moment, ok=optional(truth))
world = having(
    wallets=maybe(each(wallet)), customers=maybe(each(customer)), top_ups=maybe(each(top_up)),
    payments=maybe(each(payment)), disputes=maybe(each(dispute)), promotions=maybe(each(promotion)),
    rewards=maybe(each(reward)), attempts=maybe(each(attempt)),
)  # fmt: skip


def checked(document: Any) -> dict[str, Any]:
    """The document without what databases refuse, and with every list there; raises WorldError."""
    try:
        cleaned = _cleaned(document)
    except RecursionError:
        raise WorldError("the document is nested too deep; write a world like the demo's") from None
    world("", cleaned)
    complete = cleaned | {name: cleaned.get(name) or [] for name in LISTS}
    for fault in _faults(complete):
        raise WorldError(fault)
    return complete


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean(name): _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def _faults(document: dict[str, Any]) -> Iterator[str]:
    for name, key in KEYS:
        yield from _twice((f"{name}[{place}].{key}", one[key]) for place, one in enumerate(document[name]))
    yield from _twice(_lines(document["wallets"]))
    for names, key, target in REFERENCES:
        known = {one["id"]: None for one in document[target]}
        for name in names:
            yield from _lost(document[name], name, key, known, target)


def _lines(wallets: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(wallets):
        yield f"wallets[{place}].line", one["line"]
        for further, line in enumerate(one.get("lines") or []):
            if line != one["line"]:
                yield f"wallets[{place}].lines[{further}]", line


def _twice(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, value in found:
        if value in first:
            yield f'{path} is "{value}", and so is {first[value]}; give each its own'
        first.setdefault(value, path)


def _lost(ones: list[dict[str, Any]], name: str, key: str, known: dict[str, None], target: str) -> Iterator[str]:
    listed = ", ".join([*known][:CHOICES_SHOWN]) + (", …" if len(known) > CHOICES_SHOWN else "")
    advice = f"write the id of one of the {target}: {listed}" if known else f"there are no {target}; add it there"
    for place, one in enumerate(ones):
        if one[key] not in known:
            yield f'{name}[{place}].{key} is "{one[key]}"; {advice}'
