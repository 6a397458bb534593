"""What one person sees of the queue now: their own state, the call they are rung for, their talk, and who waits.

The same view feeds the page and the live stream, so the stream is never wider than the page. Before the agent has
accepted, there is neither a number nor a name in it: what it is about, why, how long, and how well verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.calls.report import call_report
from ivr.desk import calls as seen
from ivr.desk.card import lines_of
from ivr.queue import talk_notes
from ivr.queue.agents import Agent
from ivr.queue.board import Board, Caller, Engaged, read_board
from ivr.queue.entries import DROPPED, SECURITY
from ivr.staff.people import Person
from ivr.talks.view import Talk, of_offer, ongoing, read_talks, to_rejoin

PRIORITIES = {SECURITY: "security", DROPPED: "dropped"}
MOST_BRIEFS = 1000
"""With so many callers remembered, all are forgotten and made anew: a bound on memory."""


@dataclass(frozen=True)
class Brief:
    """What a call is about: why it was handed over, in both languages, and to which level the caller is verified."""

    reason: tuple[tuple[str, str], ...]
    level: str

    def why(self, lang: str) -> str:
        """The reason in a language; empty without one."""
        return dict(self.reason).get(lang, "")


@dataclass(frozen=True)
class Waiting:
    """A caller on the list of those who wait."""

    caller: Caller
    brief: Brief
    wallet: str
    priority: str | None


@dataclass(frozen=True)
class Work:
    """The call that this person is rung for, or talks about."""

    engaged: Engaged
    brief: Brief
    wallet: str
    talk: Talk | None

    @property
    def rings(self) -> bool:
        """Whether it is still to be accepted."""
        return self.engaged.state == "ringing"


@dataclass(frozen=True)
class View:
    """One person's view. `takes_calls` without an agent: somebody who may, and has no address to be rung at."""

    takes_calls: bool
    agent: Agent | None
    work: Work | None
    waiting: tuple[Waiting, ...]
    rejoin: str | None
    """A talk from which this agent was cut off, and whose caller is kept for them."""
    ongoing: tuple[Talk, ...]
    """For supervisors: the talks that they may join."""
    ended: str | None
    """The call of their talk that has just ended and is still to be written about."""


@dataclass
class Briefs:
    """Briefs by the id of the entry: a call in the queue says nothing new, so each is made once."""

    made: dict[str, Brief] = field(default_factory=dict)

    def of(self, conn: sa.Connection, caller: Caller) -> Brief:
        """The brief of a caller in the queue."""
        if caller.entry not in self.made:
            if len(self.made) >= MOST_BRIEFS:
                self.made.clear()
            self.made[caller.entry] = _brief(call_report(conn, caller.call))
        return self.made[caller.entry]


@dataclass(frozen=True)
class Floor:
    """The board, with callbacks that are being made, and what pages say about it: the briefs of the callers, the names
    of the wallets, and the talks.
    """

    board: Board
    briefs: dict[str, Brief]
    names: dict[str, dict[str, str]]
    talks: tuple[Talk, ...]
    just_ended: dict[str, str]

    def brief(self, caller: Caller) -> Brief:
        """What this call is about."""
        return self.briefs[caller.entry]

    def wallet(self, caller: Caller, lang: str) -> str:
        """The name of the caller's wallet."""
        return self.names[caller.wallet][lang]


def read_floor(conn: sa.Connection, now: datetime, briefs: Briefs) -> Floor:
    """Read the board and what belongs to it, once for everybody who looks at it."""
    board = read_board(conn, now)
    back = tuple(desk_agents.engaged(conn))
    board = replace(board, engaged=board.engaged + back)
    every = (*board.callers, *(one.caller for one in back))
    names = {wallet: seen.name_of(conn, wallet) for wallet in {one.wallet for one in every}}
    made = {one.entry: briefs.of(conn, one) for one in every}
    ended = talk_notes.just_ended(conn, now) | desk_agents.just_ended(conn, now)
    return Floor(board, made, names, read_talks(conn, now), ended)


def view(floor: Floor, person: Person, lang: str) -> View:
    """What this person may see of the board: of their wallets, and as an agent only whom they could take."""
    takes_calls, board = person.may("take-calls"), floor.board
    agent = next((one for one in board.agents if one.id == person.id), None) if takes_calls else None
    mine = board.engaged_with(person.id) if agent else None
    waiting = (one for one in board.callers if one.waits and may_see(person, one))
    return View(
        takes_calls,
        agent,
        _work(floor, mine, lang) if mine else None,
        tuple(_line(floor, one, lang) for one in waiting),
        to_rejoin(floor.talks, person) if agent else None,
        ongoing(floor.talks, person),
        floor.just_ended.get(person.id) if agent and not mine else None,
    )


def _work(floor: Floor, mine: Engaged, lang: str) -> Work:
    talk = of_offer(floor.talks, mine.offer)
    return Work(mine, floor.brief(mine.caller), floor.wallet(mine.caller, lang), talk)


def may_see(person: Person, caller: Caller) -> bool:
    """Whether a caller who waits is on this person's list."""
    if caller.wallet not in person.scope or not person.may("take-calls"):
        return False
    speaks = caller.language == "both" or caller.language in person.languages
    return person.may("calls") or (speaks and caller.topic in person.topics)


def _line(floor: Floor, caller: Caller, lang: str) -> Waiting:
    return Waiting(caller, floor.brief(caller), floor.wallet(caller, lang), PRIORITIES.get(caller.priority))


def _brief(report: dict[str, Any] | None) -> Brief:
    summary = (report or {}).get("summary") or {}
    if not summary.get("reason"):
        return Brief((), report["level"] if report else "L0")
    told = tuple((lang, lines_of(summary, lang).get("why", "")) for lang in ("zh", "en"))
    return Brief(told, report["level"] if report else "L0")
