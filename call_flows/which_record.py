"""Which top-up or payment a caller means: the one that fits, one that is near, another try, or an open question.

That no record fits is no proof that there is nothing. Whoever says that money left is told neither that nothing was
charged nor to try again; without a record it stays an open question, and the line owes an answer.
"""

from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from call_flows.end_of_task import anything_else
from call_flows.pick_record import choose, open_owed_case
from ivr.engine import Call, Confirm, Menu, ToAgent
from ivr.handover import reasons
from ivr.wallet.near_matches import MOST_NEAR
from ivr.wallet.payments import Explained
from ivr.wallet.top_ups import Advice

Kind = Literal["top-up", "payment"]
One = TypeVar("One", Advice, Explained)


class LookUp(Protocol[One]):
    """What a look gave: the records that fit, or those that are near, and what else is unsettled."""

    @property
    def matches(self) -> list[One]: ...

    @property
    def near(self) -> list[One]: ...

    @property
    def unsettled(self) -> list[One]: ...


IS_IT = Confirm("is-it-this", acts=False, resumable=False)
NOT_FOUND = {"top-up": "top-up-not-received", "payment": "payment-not-found"}
MISSED = Menu("missed", ("again", "debited", "enough"), resumable=False)
DEBITED = Confirm("missed-debited", acts=False, resumable=False)
CHARGED = Menu("charged-missed", ("again", "sure"), resumable=False)
OPEN = Menu("charged-open", ("person", "enough"), resumable=False)


@dataclass(frozen=True)
class RecordChoice(Generic[One]):
    """What came of a look. `record`: that of the caller, or None; `charged`: the caller says that money left.

    `again`: day and amount are keyed once more. `refused`: the ids of records that the caller did not mean.
    """

    record: One | None
    charged: bool
    again: bool = False
    refused: list[str] = field(default_factory=list)


async def which_record(call: Call, kind: Kind, found: LookUp[One], before: RecordChoice[One]) -> RecordChoice[One]:
    """The record that fits, one that is near, or none. After the first look it may be keyed again, once."""
    if found.matches:
        picked = await choose(call, kind + "-pick", found.matches)
        return RecordChoice(picked, before.charged)
    others = found.near + (found.unsettled if before.charged else [])
    left = [one for one in others if one.id not in before.refused][:MOST_NEAR]
    one = await offer(call, kind, left)
    refused = before.refused + [other.id for other in left]
    if one is not None:
        return RecordChoice(one, before.charged)
    if before.charged:
        return await not_found_but_charged(call, before.again, refused)
    return await not_found(call, kind, found, before.again, refused)


async def offer(call: Call, kind: Kind, left: list[One]) -> One | None:
    """One after the other: is it this one?"""
    if left:
        call.say("others-found")
    for place in range(len(left)):
        one = left[place]
        payee = getattr(one, "payee", None)
        named = "recent-" + kind if payee or kind == "top-up" else "recent-payment-unnamed"
        call.say(named, amount=one.amount, at=one.at, payee=payee)
        if await call.confirm(IS_IT):
            return one
    return None


async def not_found(call: Call, kind: Kind, found: LookUp[One], again: bool, refused: list[str]) -> RecordChoice[One]:
    """There is no such record; what a bank shows is asked, and decides."""
    call.say(NOT_FOUND[kind])
    if again:
        debited = await call.confirm(DEBITED)
        chosen = "debited" if debited else "enough"
    else:
        chosen = await call.menu(MISSED)
    if chosen != "debited":
        return RecordChoice(None, False, chosen == "again", refused)
    left = [one for one in found.unsettled if one.id not in refused]
    one = await offer(call, kind, left)
    if one is not None:
        return RecordChoice(one, True)
    return await not_found_but_charged(call, again, refused + [other.id for other in left])


async def not_found_but_charged(call: Call, again: bool, refused: list[str]) -> RecordChoice[One]:
    """What may be wrong is said once, and asked again once."""
    if again:
        return RecordChoice(None, True, refused=refused)
    call.say("charged-perhaps")
    chosen = await call.menu(CHARGED)
    return RecordChoice(None, True, chosen == "again", refused)


def is_outcome_open(one: Advice | Explained, charged: bool) -> bool:
    """Whether a record that failed leaves it open where the money is: the caller says that it left, and nothing proves the contrary."""
    return charged and not one.no_debit and one.reason not in ("succeeded", "unknown", "system-fault")


def tell_debit(call: Call, one: Advice | Explained, charged: bool) -> None:
    """Of a payment that failed: what the record knows of the money, before anything is said of another try."""
    if one.reason in ("succeeded", "unknown", "system-fault", "duplicate"):
        return
    call.pause()
    if not one.no_debit:
        call.say("debit-not-known")
    elif charged:
        call.say("debit-not-taken")


async def open_charged_case(call: Call, kind: Kind, message: str, about: str, needs_person: bool = False) -> None:
    """The caller says that money left: a case, a date, and a person for whoever wants one."""
    call.pause()
    call.say(f"{kind}-{message}")
    call.facts["charged"] = True
    await open_owed_case(call, "charged", about)
    if needs_person:
        raise ToAgent(reasons.CHARGED_UNKNOWN)
    call.path.end_task()
    chosen = await call.menu(OPEN)
    call.path.acknowledge()
    if chosen == "person":
        raise ToAgent(reasons.CHARGED_UNKNOWN)
    await anything_else(call)
