"""Shared steps of a look-up: ask for the day, pick one of several records, open a case that the line owes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from call_flows.case_promise import tell_case, tell_reference
from call_flows.voice_note import offer_voice_note
from ivr.cases.cases import open_case
from ivr.engine import Ask, Call, Menu

OWED = ("unknown", "system-fault")
"""Reasons for which the line opens a case without being asked."""


class Record(Protocol):
    """A record of the caller's account; `at` is ISO 8601 in the wallet's time zone."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> str: ...


Found = TypeVar("Found", bound=Record)


async def ask_day(call: Call, day: Menu, date: Ask) -> str:
    """Ask for the day: today, yesterday or another date; returns `YYYY-MM-DD`.

    The date is fixed now, because the look-up runs some turns later, perhaps after midnight.
    """
    chosen = await call.menu(day)
    if chosen == "other":
        entered: str = await call.ask(date)
        return entered
    return (call.now.date() - timedelta(days=chosen == "yesterday")).isoformat()


async def choose(call: Call, name: str, found: list[Found]) -> Found:
    """The only match, or the one of several that the caller picks."""
    if len(found) == 1:
        return found[0]
    return await pick(call, name, found)


async def pick(call: Call, name: str, found: list[Found]) -> Found:
    """Let the caller pick a record, earliest first, at the menu `name` or a longer name; also if there is only one.

    The labels are times; if two records share a minute, payees; if these do not differ either, places in the list.
    """
    in_order = sorted(found, key=lambda one: one.at)
    apart, labels = distinguishing_labels(in_order)
    menu = Menu(name + apart, tuple(one.id for one in in_order))
    chosen = await call.menu(menu, choices={one.id: label for one, label in zip(in_order, labels, strict=True)})
    return next(one for one in found if one.id == chosen)


def distinguishing_labels(found: Sequence[Record]) -> tuple[str, list[dict[str, Any]]]:
    """The ending of the menu's name and the values of the labels that distinguish these records by ear."""
    times: list[dict[str, Any]] = [{"time": one.at[11:16]} for one in found]
    payees: list[dict[str, Any]] = [{"payee": getattr(one, "payee", None)} for one in found]
    if _differ(times):
        return "", times
    if _differ(payees) and all(label["payee"] for label in payees):
        return "-payee", payees
    return "-place", [{"place": place} for place in range(1, len(found) + 1)]


def _differ(labels: list[dict[str, Any]]) -> bool:
    return len({repr(label) for label in labels}) == len(labels)


def debit_not_known(call: Call) -> str:
    """The message about a debit that the bank may show: a person by `0`, or a callback while no agent is at work."""
    return "debit-not-known" if call.at_work else "debit-not-known-closed"


async def open_owed_case(call: Call, reason: str, record: str) -> None:
    """Open a case with reference and date unasked, because the outcome is unknown or the fault is ours."""
    call.pause()
    case = await call.do(open_case, call.facts["customer"]["id"], call.facts["wallet"], reason, record)
    tell_reference(call, case)
    tell_case(call, case)
    call.say("case-how-to-check")
    await offer_voice_note(call, case.reference)
