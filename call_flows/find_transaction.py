"""Finds a transaction: the caller steps through the latest ones, or searches by day, amount or payee."""

from call_flows.end_of_task import was_it_solved
from call_flows.pick_record import ask_day, debit_not_known
from call_flows.which_record import ABOUT_THIS, first_meant
from ivr.engine import Ask, Call, Confirm, Menu, ToAgent
from ivr.engine.entries import amount, clock, day
from ivr.handover import reasons
from ivr.wallet.near_matches import MOST_LIKELY
from ivr.wallet.transactions import Found, Payee, Record, doubles, latest, payees, record_of, search
from ivr.wallet.verified import Verified

FIND = Menu("find", ("latest", "day", "amount", "payee"))
RECORD = Menu("record", ("report", "next", "previous", "details", "enough"))
DAY = Menu("search-day", ("today", "yesterday", "other"), resumable=False)
DATE = Ask("search-date", day, length=4, readback=Confirm("search-date-right", acts=False))
TIME = Ask("search-time", clock, empty_is=True)
AMOUNT = Ask("search-amount", amount, readback=Confirm("search-amount-right", acts=False))
PICKS = ("pick-date", "pick-time", "pick-payee", "pick-amount")
FOUND = "found-record"
PAYEES_A_MENU = 4
"""More of them in one menu could not be told apart by ear."""
TOP_UP = "top-up"
"""In place of a payee; the catalogue has words for it."""
NOTHING = Menu("search-nothing", ("wider", "person"))
NOTHING_CLOSED = Menu("search-nothing-closed", ("wider", "callback"))
"""Used while no agent is at work."""


async def find_transaction(call: Call, customer: Verified, disputed_for: str = "") -> Record:
    """Find the transaction that the caller wants to report. A caller who has heard enough leaves by a key.

    `disputed_for`: the reason of a dispute, whose likeliest payments are offered first.
    """
    one = await found_before_drop(call, customer)
    if one is None and disputed_for:
        one = await likeliest(call, customer, disputed_for)
    while one is None:
        by = await call.menu(FIND)
        one = await call.level(SEARCHES[by](call, customer))
    call.path.add_found(FOUND, [one.id, one.at])
    return one


async def likeliest(call: Call, customer: Verified, disputed_for: str) -> Record | None:
    """Offer the payments that a dispute for this reason is likely about; None: it is another one."""
    if disputed_for == "duplicate":
        found = await call.do(doubles, customer)
    else:
        found = await call.do(latest, customer)
    paid = [one for one in found if one.kind == "payment" and one.status == "succeeded"][:MOST_LIKELY]
    message = "likely-double" if disputed_for == "duplicate" else "likely-payment"
    place = await first_meant(call, ABOUT_THIS, [(message, spoken(one)) for one in paid])
    return None if place is None else paid[place]


async def found_before_drop(call: Call, customer: Verified) -> Record | None:
    """The transaction that the caller had found before the call broke off, if it still exists."""
    then = call.path.next_found(FOUND)
    if then is None:
        return None
    one = await call.do(record_of, customer, then[0], then[1])
    if one is None:
        call.path.resume([])
    return one


async def browse_latest(call: Call, customer: Verified) -> Record | None:
    """Read out the latest transactions, newest first."""
    records = await call.do(latest, customer)
    if not records:
        call.say("records-none")
        return None
    return await browse(call, records, 0)


async def browse(call: Call, records: list[Record], place: int) -> Record:
    """Step through the records by key, with details on request; returns the one that the caller reports."""
    tell_record(call, records[place])
    while True:
        chosen = await call.menu(RECORD)
        if chosen == "report":
            return records[place]
        if chosen == "enough":
            await was_it_solved(call)
        if chosen == "details":
            tell_details(call, records[place])
        else:
            place = step(call, place, 1 if chosen == "next" else -1, len(records))
            tell_record(call, records[place])


def step(call: Call, place: int, by: int, count: int) -> int:
    """The next place; at either end the same place, and the caller is told so."""
    if 0 <= place + by < count:
        return place + by
    call.say("record-last" if by > 0 else "record-first")
    return place


def tell_record(call: Call, one: Record) -> None:
    """Tell day, payee and amount, and the status unless it succeeded."""
    call.facts["record"] = one.id
    call.say("record-" + one.kind, at=one.at, amount=one.amount, payee=one.payee)
    if one.status != "succeeded":
        call.say("record-" + one.status)


def tell_details(call: Call, one: Record) -> None:
    """Tell the exact time and the status."""
    call.say("details-at", at=one.at)
    call.say("details-" + one.status)
    tell_debit(call, one)


def tell_debit(call: Call, one: Record) -> None:
    """For a failed record, tell whether it proves that no money was taken."""
    if one.status == "failed":
        call.say("debit-none" if one.no_debit else debit_not_known(call))


async def by_day(call: Call, customer: Verified) -> Record | None:
    """Search by day, and by time if the caller knows it."""
    on = await ask_day(call, DAY, DATE)
    at = await call.ask(TIME)
    return await search_and_pick(call, customer, on, at, 0, "")


async def by_amount(call: Call, customer: Verified) -> Record | None:
    """Search by the exact amount, in fen."""
    fen = await call.ask(AMOUNT)
    return await search_and_pick(call, customer, "", "", fen, "")


async def by_payee(call: Call, customer: Verified) -> Record | None:
    """The caller picks one of the payees of the latest payments and hears the matching transactions."""
    known = await call.do(payees, customer)
    if not known:
        call.say("payees-none")
        return None
    payee = await pick_payee(call, known)
    return await search_and_pick(call, customer, "", "", 0, payee)


async def pick_payee(call: Call, known: list[Payee]) -> str:
    """The caller picks a payee from a menu of a few at a time; after the last page the first one follows again."""
    page = 0
    while True:
        here = known[page : page + PAYEES_A_MENU]
        others = ("others",) if len(known) > PAYEES_A_MENU else ()
        pick = Menu("search-payee", (*(one.id for one in here), *others))
        chosen = await call.menu(pick, choices={one.id: {"payee": one.name} for one in here})
        if chosen != "others":
            return next(one.name["zh"] for one in here if one.id == chosen)
        page = page + PAYEES_A_MENU if page + PAYEES_A_MENU < len(known) else 0


async def search_and_pick(call: Call, customer: Verified, on: str, at: str, fen: int, payee: str) -> Record | None:
    """Search, and let the caller pick if several match. If none does, offer a wider search or a person."""
    found = await call.do(search, customer, on, at, fen, payee, False)
    if not found.records:
        call.say("search-none")
        tell_how_far(call, found)
        chosen = await call.menu(NOTHING if call.at_work else NOTHING_CLOSED)
        if chosen != "wider":
            raise ToAgent(reasons.TRANSACTION_NOT_FOUND)
        found = await call.do(search, customer, on, at, fen, payee, True)
    if not found.records:
        call.say("search-none-wider")
        tell_how_far(call, found)
        call.say(debit_not_known(call))
        return None
    if found.more:
        call.say("search-more")
    place = await pick_transaction(call, found.records)
    return await browse(call, found.records, place)


def tell_how_far(call: Call, found: Found) -> None:
    """Tell how far back the search went, if it did not reach the oldest transactions in time."""
    if found.back_to:
        call.say("search-back-to", since=found.back_to)


async def pick_transaction(call: Call, found: list[Record]) -> int:
    """The caller picks by day, then time, payee and amount, as far as they differ; returns the place of the record."""
    left = found
    for place in range(len(PICKS)):
        left = await narrow(call, left, PICKS[place])
    return found.index(left[0])


async def narrow(call: Call, left: list[Record], prompt: str) -> list[Record]:
    """The caller picks a trait; the records that share it remain. If all share one trait, nothing is asked."""
    kinds = distinct(left, prompt)
    if len(kinds) == 1:
        return left
    pick = Menu(prompt, tuple(one.id for one in kinds))
    chosen = await call.menu(pick, choices={one.id: spoken(one) for one in kinds})
    like = next(one for one in kinds if one.id == chosen)
    return [one for one in left if trait(one, prompt) == trait(like, prompt)]


def distinct(left: list[Record], prompt: str) -> list[Record]:
    """The first record of each distinct trait that this question asks about."""
    firsts: dict[str, Record] = {}
    for one in left:
        firsts.setdefault(trait(one, prompt), one)
    return list(firsts.values())


def trait(one: Record, prompt: str) -> str:
    """The trait that the question asks about, as precisely as a caller hears it."""
    payee = (one.payee or {}).get("zh", "")
    return {"date": one.at[:10], "time": one.at[11:16], "payee": payee, "amount": str(one.amount)}[prompt[5:]]


def spoken(one: Record) -> dict[str, object]:
    """The values in the labels of the menu."""
    return {"on": one.at, "time": one.at[11:16], "payee": one.payee or TOP_UP, "amount": one.amount}


SEARCHES = {"latest": browse_latest, "day": by_day, "amount": by_amount, "payee": by_payee}
