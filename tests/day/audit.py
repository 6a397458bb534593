"""What has to be true at the end of the day: nobody is lost, nobody is doubled, and each card is its caller's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.tables import callbacks
from ivr.calls.report import call_report
from ivr.queue import figures as queue_figures
from ivr.queue.figures import ServiceLevel
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import AnyRow, begin_read
from ivr.talks.tables import talk_legs, talk_steps, talks
from tests.day.people import HOUR
from tests.day.playing import BEGIN, Day, Told


def faults(day: Day, conn: sa.Connection) -> Iterator[str]:
    """Each thing that is not as it has to be."""
    entries = list(conn.execute(sa.select(queue_entries)))
    offers = list(conn.execute(sa.select(agent_offers)))
    promised = {row.call for row in conn.execute(sa.select(callbacks.c.call))}
    reports = {told.sid: call_report(conn, told.sid) for told in day.told}
    yield from _left_over(day, entries, offers)
    yield from _doubled(day, offers, {row.call for row in conn.execute(sa.select(talk_legs.c.call))})
    for talk in conn.execute(sa.select(talks).where(talks.c.status == "queued")):
        yield f"the talk {talk.id} of {talk.call} goes on"
    for step in conn.execute(sa.select(talk_steps).where(talk_steps.c.status == "queued")):
        yield f"the step {step.id}, {step.act}, is still to be taken"
    talked = {row.call for row in conn.execute(sa.select(talks.c.call))}
    for told in day.told:
        if told.talks and told.sid not in talked:
            yield f"{told.sid} talked to an agent, and there is no talk in the records"
        mine = [one for one in entries if one.call == told.sid]
        yield from _lost(told, mine, told.sid in promised, reports[told.sid])
    yield from _wrong_card(day, entries, offers)


def _left_over(day: Day, entries: list[AnyRow], offers: list[AnyRow]) -> Iterator[str]:
    """When all calls have ended, nobody waits, rings or talks in the records."""
    for call in day.room.simulator.runner.calls.values():
        if not call.phone_call.over:
            yield f"{call.leg.sid} has not ended: {call.phone_call.waiting}"
        yield from (f"{call.leg.sid}: {trouble}" for trouble in call.trouble)
    for entry in entries:
        if entry.status != "over" or entry.outcome is None:
            yield f"entry {entry.id} of {entry.call} is left as {entry.status}, {entry.outcome}"
    for offer in offers:
        if offer.status != "over":
            yield f"offer {offer.id} is left as {offer.state}"


def _doubled(day: Day, offers: list[AnyRow], legs: set[str]) -> Iterator[str]:
    """No leg belongs to two offers, and no agent was rung for none."""
    rung = Counter(offer.call for offer in offers if offer.call)
    yield from (f"the leg {leg} belongs to {many} offers" for leg, many in rung.items() if many > 1)
    known = {offer.call for offer in offers} | legs
    for call in day.room.simulator.runner.calls.values():
        is_agents = call.leg.parameters["To"] in {one.address for one in day.staff}
        if is_agents and call.leg.sid not in known:
            yield f"{call.leg.sid} rang {call.leg.parameters['To']} for no offer"


def _lost(told: Told, entries: list[AnyRow], promised: bool, report: dict[str, Any] | None) -> Iterator[str]:
    """Each caller was answered, has a callback, or left by their own will."""
    if report is None:
        yield f"{told.sid} called and left no trace"
        return
    outcomes = {entry.outcome for entry in entries}
    if told.talks and not outcomes & {"answered", "abandoned"}:  # abandoned: after a transfer
        yield f"{told.sid} talked to an agent, and the records say {outcomes}"
    if "answered" in outcomes and not told.talks:
        yield f"{told.sid} is recorded as answered and talked to nobody"
    if told.talks or promised or "abandoned" in outcomes:
        return
    if told.gave_up or not told.customer.accepts:
        return
    yield f"{told.sid} was not answered and has no callback: {outcomes}, {report['outcome']}"


def _wrong_card(day: Day, entries: list[AnyRow], offers: list[AnyRow]) -> Iterator[str]:
    """The agent's leg that was joined with a caller is that of the offer of this caller's entry."""
    call_of = {entry.id: entry.call for entry in entries}
    meant = {offer.call: call_of.get(offer.entry) for offer in offers if offer.call}
    for told in day.told:
        for leg in told.talks:
            if leg in meant and meant[leg] != told.sid:
                yield f"{told.sid} talked to the agent whose card was that of {meant[leg]}"


@dataclass(frozen=True)
class Wait:
    """One wait: when it began, in seconds of the day, how long it was, and how it ended."""

    at: float
    seconds: float
    outcome: str


def waits(day: Day) -> list[Wait]:
    """All waits, in their order."""
    with begin_read(day.room.worker.engine) as conn:
        entries = list(conn.execute(sa.select(queue_entries).order_by(queue_entries.c.entered)))
    begin = BEGIN.isoformat()
    return [
        Wait(_seconds(begin, one.entered), _seconds(one.entered, one.connected or one.ended), str(one.outcome))
        for one in entries
    ]


def service_level(day: Day, begin: float = 0.0, end: float = 24 * HOUR) -> int | None:
    """The service level as the wall has it, of those who entered between two seconds of the day."""
    from_, until = (BEGIN + timedelta(seconds=at) for at in (begin, end))
    with begin_read(day.room.worker.engine) as conn:
        counted = queue_figures.figures(conn, "haiyun", from_, until, ServiceLevel.of(day.room.worker.settings))
    return counted.service_level


def level_seconds(day: Day) -> int:
    """T of the service level."""
    return day.room.worker.settings.service_level_seconds


def figures(day: Day, of: Sequence[Wait]) -> dict[str, str]:
    """The figures of the day."""
    answered = sorted(one.seconds for one in of if one.outcome == "answered")
    outcomes = Counter(one.outcome for one in of)
    return {
        "callers": str(len(day.told)),
        "waits": f"{len(of)} ({', '.join(f'{many} {name}' for name, many in outcomes.most_common())})",
        "service level": f"{service_level(day) or 0}% within {level_seconds(day)} s",
        "median wait": f"{answered[len(answered) // 2] if answered else 0:.0f} s",
        "longest wait": f"{max((one.seconds for one in of), default=0) / 60:.1f} min",
    }


def _seconds(begin: str, end: str | None) -> float:
    return (datetime.fromisoformat(end or begin) - datetime.fromisoformat(begin)).total_seconds()
