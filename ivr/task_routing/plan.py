"""What TaskRouter has to know: activities, queues by wallet and language, one workflow, and the agents as its workers.

Everything is found by its name, so that doing it again changes nothing. Expressions refuse hyphens, also in what is
compared: they become underscores here and in the tasks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.config.simulated_sids import PAUSE, TASKROUTER_NAME
from ivr.engine.twiml import DECISION_SECONDS
from ivr.queue.entries import WAITS_FOR_ONE
from ivr.staff.people import Person, everybody
from ivr.staff.roles import LANGUAGES, Right, may
from ivr.task_routing.workers import ACTIVITIES, MISSED, OFFLINE
from ivr.telephony.dialling import endpoint
from ivr.wallet.tables import wallets

TAKES_CALLS: Right = "take-calls"
SUMMARY_SECONDS = 45
"""The longest announcement and summary. A reservation that times out before the two are joined joins nobody."""
RING_ON = 5
"""Twilio adds so many seconds to every time-out."""
NEW = "new"
"""Stands for the SID of what is not there yet."""


class Setup(Protocol):
    """Reads and changes the resources of a workspace."""

    def workspace(self, name: str) -> Any | None: ...

    def create_workspace(self, **fields: Any) -> Any: ...

    def change_workspace(self, sid: str, **fields: Any) -> None: ...

    def listed(self, sid: str, kind: str) -> dict[str, Any]: ...

    def create(self, sid: str, kind: str, fields: Mapping[str, Any]) -> str: ...

    def change(self, sid: str, kind: str, one: str, fields: Mapping[str, Any]) -> None: ...

    def delete(self, sid: str, kind: str, one: str) -> None: ...


@dataclass(frozen=True)
class Wanted:
    """What has to be there."""

    base_url: str
    wallets: tuple[str, ...]
    people: tuple[Person, ...]
    reservation_seconds: int

    @classmethod
    def now(cls, conn: sa.Connection, settings: Settings) -> Wanted:
        """For the wallets and the people of the database."""
        return cls.of(settings, conn.scalars(sa.select(wallets.c.id)), everybody(conn))

    @classmethod
    def of(cls, settings: Settings, served: Iterable[str], people: Iterable[Person]) -> Wanted:
        """For these wallets, and those of these people who can be rung."""
        rung = [one for one in people if not one.disabled and may(one.role, TAKES_CALLS) and one.address]
        longest = settings.ring_seconds + RING_ON + DECISION_SECONDS + SUMMARY_SECONDS
        return cls(settings.public_base_url, tuple(sorted(served)), tuple(rung), longest)


@dataclass
class Change:
    """A difference; `mark` is + for what is missing, ~ for what is otherwise, - for what is to go."""

    mark: str
    kind: str
    name: str
    says: str = ""

    def __str__(self) -> str:
        return f"{self.mark} {self.kind} {self.name}" + (f": {self.says}" if self.says else "")


@dataclass
class Result:
    """The differences, and the SIDs that the settings need, as far as they are known."""

    changes: list[Change] = field(default_factory=list)
    workspace: str = NEW
    workflow: str = NEW
    pause: str = NEW


def compare(setup: Setup, wanted: Wanted, apply: bool = False) -> Result:
    """Find the differences, and with `apply` remove them."""
    return _Comparison(setup, wanted, apply).run()


class _Comparison:
    def __init__(self, setup: Setup, wanted: Wanted, apply: bool) -> None:
        self._setup, self._wanted, self._apply, self._result = setup, wanted, apply, Result()
        self._known: dict[str, dict[str, Any]] = {}

    def run(self) -> Result:
        """In the order in which one needs the other."""
        events = f"{self._wanted.base_url}/voice/tasks/events"
        space = self._workspace(events)
        activities = {
            name: self._has("activities", name, {"available": can}, frozen=True) for name, can in ACTIVITIES.items()
        }
        if space is not None:
            sids = {"timeout_activity_sid": activities[MISSED], "default_activity_sid": activities[OFFLINE]}
            self._workspace_has(space, sids | {"event_callback_url": events})
        queues = {name: self._has("task_queues", name, {"target_workers": text}) for name, text in self._queues()}
        self._result.workflow = self._has("workflows", TASKROUTER_NAME, self._workflow(queues))
        self._result.pause = activities[PAUSE]
        self._workers(activities[OFFLINE])
        return self._result

    def _workspace(self, events: str) -> Any:
        space = self._setup.workspace(TASKROUTER_NAME)
        if space is None:
            self._result.changes.append(Change("+", "workspace", TASKROUTER_NAME))
            if self._apply:
                space = self._setup.create_workspace(friendly_name=TASKROUTER_NAME, event_callback_url=events)
        if space is not None:
            self._result.workspace = str(space.sid)
        return space

    def _workspace_has(self, space: Any, fields: Mapping[str, str]) -> None:
        if wrong := {name: value for name, value in fields.items() if getattr(space, name) != value}:
            self._result.changes.append(Change("~", "workspace", TASKROUTER_NAME, ", ".join(wrong)))
            if self._apply:
                self._setup.change_workspace(self._result.workspace, **wrong)

    def _listed(self, kind: str) -> dict[str, Any]:
        if self._result.workspace == NEW:
            return {}
        if kind not in self._known:
            self._known[kind] = self._setup.listed(self._result.workspace, kind)
        return self._known[kind]

    def _has(self, kind: str, name: str, fields: Mapping[str, Any], frozen: bool = False, **at_first: Any) -> str:
        """Compare one resource; its SID. One that is `frozen` cannot be changed, only made."""
        there = self._listed(kind).get(name)
        if there is None:
            self._result.changes.append(Change("+", kind, name))
            sid = self._result.workspace
            made = {"friendly_name": name, **fields, **at_first}
            return self._setup.create(sid, kind, made) if self._apply else NEW
        wrong = {one: value for one, value in fields.items() if not _same(getattr(there, one), value)}
        if wrong:
            says = ", ".join(f"{one} is {getattr(there, one)!r}" for one in wrong)
            self._result.changes.append(Change("~", kind, name, says + (", change it by hand" if frozen else "")))
            if self._apply and not frozen:
                self._setup.change(self._result.workspace, kind, str(there.sid), wrong)
        return str(there.sid)

    def _queues(self) -> Iterator[tuple[str, str]]:
        """One for each wallet and language, and one for callers who have chosen none."""
        for wallet in self._wanted.wallets:
            ours = f'wallets HAS "{_plain(wallet)}"'
            yield wallet, ours
            for language in LANGUAGES:
                yield f"{wallet} {language}", f'{ours} AND languages HAS "{language}"'

    def _workflow(self, queues: Mapping[str, str]) -> dict[str, Any]:
        """Nobody is rung for another language or topic, however long a caller waits. A caller who is to go to one
        person waits for that person first, whichever languages and topics they take."""
        filters: list[dict[str, Any]] = []
        for wallet in self._wanted.wallets:
            for language in (*LANGUAGES, "both"):
                queue = queues[wallet if language == "both" else f"{wallet} {language}"]
                expression = f'wallet == "{_plain(wallet)}" AND language == "{language}"'
                anybody = {"queue": queue, "expression": "task.topic IN worker.topics"}
                person = {"queue": queues[wallet], "expression": "worker.staff == task.wanted"}
                for seconds in (span.seconds for span in WAITS_FOR_ONE):
                    steps: list[dict[str, Any]] = [person | {"timeout": seconds}, anybody]
                    name, waits = f"{wallet} {language}, one person for {seconds} s", f"wanted_seconds == {seconds}"
                    filters.append(_filter(name, f"{expression} AND {waits}", steps))
                filters.append(_filter(f"{wallet} {language}", expression, [anybody]))
        assignment = f"{self._wanted.base_url}/voice/tasks/assignment"
        return {
            "configuration": json.dumps({"task_routing": {"filters": filters}}),
            "assignment_callback_url": assignment,
            "fallback_assignment_callback_url": f"{assignment}/again",
            "task_reservation_timeout": self._wanted.reservation_seconds,
        }

    def _workers(self, offline: str) -> None:
        wanted = {one.id: one for one in self._wanted.people}
        for name, one in wanted.items():
            self._has("workers", name, {"attributes": attributes(one)}, activity_sid=offline)
        for name, there in self._listed("workers").items():
            if name not in wanted and "staff" in json.loads(there.attributes):
                self._result.changes.append(Change("-", "workers", name))
                if self._apply:
                    self._setup.change(self._result.workspace, "workers", str(there.sid), {"activity_sid": offline})
                    self._setup.delete(self._result.workspace, "workers", str(there.sid))


def _filter(name: str, expression: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"filter_friendly_name": name, "expression": expression, "targets": steps}


def attributes(person: Person) -> str:
    """What TaskRouter knows of an agent: lists, for `HAS` is false of everything else."""
    lists = {name: [_plain(one) for one in getattr(person, name)] for name in ("wallets", "languages", "topics")}
    return json.dumps({"staff": person.id, "contact_uri": endpoint(person.address)[0], **lists})


def _same(there: Any, wanted: Any) -> bool:
    """Twilio gives JSON back in its own layout."""
    if isinstance(wanted, str) and wanted.startswith("{"):
        try:
            return bool(json.loads(there or "{}") == json.loads(wanted))
        except ValueError:
            return False
    return bool(there == wanted)


def _plain(name: str) -> str:
    return name.replace("-", "_")
