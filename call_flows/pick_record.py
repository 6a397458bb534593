"""What every look-up of a caller's own record needs: the day, one of several, and a case where the line owes one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from call_flows.case_promise import tell_case, tell_reference
from call_flows.voice_note import offer_voice_note
from ivr.cases.cases import open_case
from ivr.engine import Ask, Call, Menu

OWED = ("unknown", "system-fault")
"""Reasons for which a case is opened unasked."""


class Record(Protocol):
    """Something that happened to the caller's account, at a local moment."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> str: ...


Found = TypeVar("Found", bound=Record)


async def ask_day(call: Call, day: Menu, date: Ask) -> str:
    """Today, yesterday, or the latest such day of another date, as `YYYY-MM-DD`.

    It stays the day that the caller meant: the look-up comes turns later, perhaps after midnight.
    """
    chosen = await call.menu(day)
    if chosen == "other":
        entered: str = await call.ask(date)
        return entered
    return (call.now.date() - timedelta(days=chosen == "yesterday")).isoformat()


async def choose(call: Call, name: str, found: list[Found]) -> Found:
    """The only record that fits, or the one that the caller picks of several."""
    if len(found) == 1:
        return found[0]
    return await pick(call, name, found)


async def pick(call: Call, name: str, found: list[Found]) -> Found:
    """The record that the caller picks, earliest first, at the menu of that name or of a longer one; a single one is asked about too.

    By its time; where two share a minute, by its payee, or else by its place in the row.
    """
    in_order = sorted(found, key=lambda one: one.at)
    apart, labels = distinguishing_labels(in_order)
    menu = Menu(name + apart, tuple(one.id for one in in_order))
    chosen = await call.menu(menu, choices={one.id: label for one, label in zip(in_order, labels, strict=True)})
    return next(one for one in found if one.id == chosen)


def distinguishing_labels(found: Sequence[Record]) -> tuple[str, list[dict[str, Any]]]:
    """What tells these apart by ear, as the end of a menu's name, and the values of the labels."""
    times: list[dict[str, Any]] = [{"time": one.at[11:16]} for one in found]
    payees: list[dict[str, Any]] = [{"payee": getattr(one, "payee", None)} for one in found]
    if _differ(times):
        return "", times
    if _differ(payees) and all(label["payee"] for label in payees):
        return "-payee", payees
    return "-place", [{"place": place} for place in range(1, len(found) + 1)]


def _differ(labels: list[dict[str, Any]]) -> bool:
    return len({repr(label) for label in labels}) == len(labels)


async def open_owed_case(call: Call, reason: str, record: str) -> None:
    """Nobody knows yet, or it is our fault: a case with a reference and a date, unasked."""
    call.pause()
    case = await call.do(open_case, call.facts["customer"]["id"], call.facts["wallet"], reason, record)
    tell_reference(call, case)
    tell_case(call, case)
    call.say("case-how-to-check")
    await offer_voice_note(call, case.reference)
