"""Finds the top-up or payment that a caller means: a match, a similar one, after a second entry, or none.

That no record matches is no proof that there is none. A caller who says that money left is told neither that nothing
was charged nor to try again; without a record it stays an open question, and the line owes an answer.
"""

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from call_flows.end_of_task import anything_else
from call_flows.pick_record import choose, debit_not_known, open_owed_case
from ivr.engine import Call, Confirm, Menu, ToAgent
from ivr.handover import reasons
from ivr.wallet.near_matches import MOST_NEAR
from ivr.wallet.payments import Explained
from ivr.wallet.top_ups import Advice

Kind = Literal["top-up", "payment"]
One = TypeVar("One", Advice, Explained)


class LookUp(Protocol[One]):
    """The result of a look-up: the matching records, or similar ones, and other unsettled ones."""

    @property
    def matches(self) -> list[One]: ...

    @property
    def near(self) -> list[One]: ...

    @property
    def unsettled(self) -> list[One]: ...


ABOUT_THIS = Confirm("about-this", acts=False, resumable=False)
UNNAMED = "unnamed"
"""In place of a payee that is not known; the catalogue chooses its words by it."""
DEBIT = Confirm("bank-shows-debit", acts=False, resumable=False)
IS_IT = Confirm("is-it-this", acts=False, resumable=False)
NOT_FOUND = {"top-up": "top-up-not-received", "payment": "payment-not-found"}
MISSED = Menu("missed", ("again", "debited", "enough"), resumable=False)
DEBITED = Confirm("missed-debited", acts=False, resumable=False)
CHARGED = Menu("charged-missed", ("again", "sure"), resumable=False)
OPEN = Menu("charged-open", ("person", "enough"), resumable=False)
OPEN_CLOSED = Menu("charged-open-closed", ("callback", "enough"), resumable=False)
"""Used while no agent is at work."""


@dataclass(frozen=True)
class RecordChoice(Generic[One]):
    """The result of the choice. `record`: the caller's record, or None; `charged`: the caller says that money left.

    `again`: the caller keys day and amount once more. `refused`: the ids of records that the caller rejected.
    """

    record: One | None
    charged: bool
    again: bool = False
    refused: list[str] = field(default_factory=list)


async def which_likely(call: Call, kind: Kind, likely: list[One]) -> One | None:
    """Name the records that did not succeed lately, newest first, until one is meant; None: it is another one."""
    named = [(f"{kind}-{'pending' if one.reason == 'unknown' else 'failed'}", _named(one)) for one in likely]
    place = await first_meant(call, ABOUT_THIS, named)
    return None if place is None else likely[place]


async def first_meant(call: Call, question: Confirm, named: list[tuple[str, dict[str, Any]]]) -> int | None:
    """Name the records one after the other, each by a message with its values; the place of the first one to which the
    caller says yes."""
    for place in range(len(named)):
        message, values = named[place]
        call.say(message, **values)
        if await call.confirm(question):
            return place
    return None


def _named(one: Advice | Explained) -> dict[str, Any]:
    """The values by which the caller recognises a record."""
    return {"amount": one.amount, "at": one.at, "payee": payee_of(one) or UNNAMED}


async def does_bank_show_debit(call: Call, one: Advice | Explained) -> bool:
    """Ask whether the bank shows a debit, if the record leaves that open and the answer decides what follows."""
    if one.needs_person or not is_outcome_open(one, True):
        return False
    return await call.confirm(DEBIT)


async def which_record(call: Call, kind: Kind, found: LookUp[One], before: RecordChoice[One]) -> RecordChoice[One]:
    """Let the caller choose a match or a similar record, or none. After the first look-up, day and amount may be keyed
    once more."""
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
    """Offer the records one after the other; returns the one that the caller confirms, or None."""
    if left:
        call.say("others-found")
    named = [(_recent(kind, one), {"amount": one.amount, "at": one.at, "payee": payee_of(one)}) for one in left]
    place = await first_meant(call, IS_IT, named)
    return None if place is None else left[place]


def _recent(kind: Kind, one: Advice | Explained) -> str:
    """The message that names a similar record."""
    return "recent-" + kind if payee_of(one) or kind == "top-up" else "recent-payment-unnamed"


def payee_of(one: Advice | Explained) -> dict[str, str] | None:
    """Who was paid; None for a top-up, and where the wallet does not tell."""
    return one.payee if isinstance(one, Explained) else None


async def not_found(call: Call, kind: Kind, found: LookUp[One], again: bool, refused: list[str]) -> RecordChoice[One]:
    """Tell that there is no such record, and ask whether the bank shows a debit: the answer decides what follows."""
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
    """Tell once what may be wrong with the entry, and let the caller key it again once."""
    if again:
        return RecordChoice(None, True, refused=refused)
    call.say("charged-perhaps")
    chosen = await call.menu(CHARGED)
    return RecordChoice(None, True, chosen == "again", refused)


def is_outcome_open(one: Advice | Explained, charged: bool) -> bool:
    """Whether it is open where the money is: the caller says that it left, and the record does not disprove it."""
    return charged and not one.no_debit and one.reason not in ("succeeded", "unknown", "system-fault")


def tell_debit(call: Call, one: Advice | Explained, charged: bool) -> None:
    """For a failed record, tell whether money was taken, before any advice to try again."""
    if one.reason in ("succeeded", "unknown", "system-fault", "duplicate"):
        return
    call.pause()
    if not one.no_debit:
        call.say(debit_not_known(call))
    elif charged:
        call.say("debit-not-taken")


async def open_charged_case(call: Call, kind: Kind, message: str, about: str, needs_person: bool = False) -> None:
    """Open a case with a date for a caller who says that money left, and offer a person."""
    call.pause()
    call.say(f"{kind}-{message}")
    call.facts["charged"] = True
    await open_owed_case(call, "charged", about)
    if needs_person:
        raise ToAgent(reasons.CHARGED_UNKNOWN)
    call.path.end_task()
    chosen = await call.menu(OPEN if call.at_work else OPEN_CLOSED)
    call.path.acknowledge()
    if chosen != "enough":
        raise ToAgent(reasons.CHARGED_UNKNOWN)
    await anything_else(call)
