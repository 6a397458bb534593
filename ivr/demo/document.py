"""Checks the document of a world that `PUT /lab/world` takes. Only the structure is checked, not plausible figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr.wallet.document import both, cleaned_text, lines_of, twice, wallet
from ivr.wallet.references import REFERENCE_DIGITS
from ivr.wallet.shapes import (
    DocumentError,
    day,
    each,
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
)
from ivr.wallet.types import DISPUTE_REASONS, DISPUTE_STAGES, PIN_DIGITS

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
"""How many of the allowed ids an error names; the rest would hide the fault."""

status = one_of("succeeded", "failed", "pending")
customer = having(
    id=text,
    wallet=text,
    name=maybe(text),
    language=optional(one_of("zh", "en")),
    mobile=maybe(personal(number, 'a number such as "+8619900000051", or null')),
    wallet_id=personal(text, "a text of digits"),
    id_tail=personal(matching(r"[0-9]{5}[0-9X]", ""), "six digits, of which the last may be X"),
    phone_pin=maybe(personal(matching(rf"[0-9]{{{PIN_DIGITS}}}", ""), f"{PIN_DIGITS} digits, or null")),
    status=optional(one_of("active", "frozen", "closed")),
    two_factor=optional(truth),
    birth_year=maybe(whole),
    registered_on=maybe(day),
    balance=optional(whole),
    points=optional(whole),
    push_opt_in=optional(truth),
    may_unfreeze=optional(truth),
    cards=maybe(each(having(bank=both, type=maybe(text), tail=text))),
    **{"class": maybe(text)},
)
top_up = having(
    id=text,
    customer=text,
    amount=whole,
    channel=text,
    card_tail=maybe(text),
    at=moment,
    status=status,
    code=maybe(text),
    bank_debited=maybe(truth),
)
payment = having(
    id=text,
    customer=text,
    amount=whole,
    payee=both,
    at=moment,
    status=status,
    code=maybe(text),
    bank_debited=maybe(truth),
)
dispute = having(
    id=text,
    reference=matching(rf"[0-9]{{{REFERENCE_DIGITS}}}", f'{REFERENCE_DIGITS} digits in a text, such as "202611017"'),
    customer=text,
    payment=text,
    reason=one_of(*DISPUTE_REASONS),
    at=moment,
    status=one_of(*DISPUTE_STAGES),
    due=maybe(day),
    refund_to=maybe(text),
)
promotion = having(
    id=text,
    wallet=text,
    title=both,
    audience=one_of("all", "new", "existing"),
    condition=both,
    starts=moment,
    ends=moment,
    reward=maybe(having(kind=text, amount=maybe(whole), target=maybe(whole))),
)
reward = having(
    customer=text,
    promotion=text,
    progress=optional(whole),
    completed_at=maybe(moment),
    credited_at=maybe(moment),
    credit_due=maybe(day),
)
attempt = having(customer=text, at=moment, ok=optional(truth))
world = having(
    wallets=maybe(each(wallet)),
    customers=maybe(each(customer)),
    top_ups=maybe(each(top_up)),
    payments=maybe(each(payment)),
    disputes=maybe(each(dispute)),
    promotions=maybe(each(promotion)),
    rewards=maybe(each(reward)),
    attempts=maybe(each(attempt)),
)


def checked(document: Any) -> dict[str, Any]:
    """Check the document, remove characters that databases refuse, and add missing lists; raises DocumentError."""
    try:
        cleaned = cleaned_text(document)
    except RecursionError:
        raise DocumentError("the document is nested too deep; write a world like the demo's") from None
    world("", cleaned)
    complete = cleaned | {name: cleaned.get(name) or [] for name in LISTS}
    for fault in _faults(complete):
        raise DocumentError(fault)
    return complete


def _faults(document: dict[str, Any]) -> Iterator[str]:
    for name, key in KEYS:
        yield from twice((f"{name}[{place}].{key}", one[key]) for place, one in enumerate(document[name]))
    yield from twice(lines_of(document["wallets"]))
    for names, key, target in REFERENCES:
        known = {one["id"]: None for one in document[target]}
        for name in names:
            yield from _lost(document[name], name, key, known, target)


def _lost(ones: list[dict[str, Any]], name: str, key: str, known: dict[str, None], target: str) -> Iterator[str]:
    listed = ", ".join([*known][:CHOICES_SHOWN]) + (", …" if len(known) > CHOICES_SHOWN else "")
    advice = f"write the id of one of the {target}: {listed}" if known else f"there are no {target}; add it there"
    for place, one in enumerate(ones):
        if one[key] not in known:
            yield f'{name}[{place}].{key} is "{one[key]}"; {advice}'
