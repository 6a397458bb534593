"""Gauges of unfinished work for `/metrics`, counted in the database at each scrape; the same from every process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from ivr.callbacks.tables import callback_queue
from ivr.cases.overdue import CASE_TABLES
from ivr.cases.stages import OPEN
from ivr.cases.tables import overdue
from ivr.follow_up.outbox import is_due
from ivr.follow_up.tables import deliveries, messages
from ivr.queue.entries import longest_wait
from ivr.queue.tables import queue_entries, ratings
from ivr.storage.database import AnySelect, begin_read
from ivr.voice_notes.tables import recordings

BY_STATUS = {
    "ivr_callbacks": (callback_queue, "Promised callbacks."),
    "ivr_deliveries": (deliveries, "Events for the CRM."),
    "ivr_queue": (queue_entries, "Callers in the queue for agents."),
    "ivr_ratings": (ratings, "Callers who were asked after a talk with an agent, by what they answered."),
    "ivr_recordings": (recordings, "Recordings at the telephone company."),
    "ivr_texts": (messages, "Text messages."),
}


class BacklogCollector:
    """A Prometheus collector that counts in one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All gauges; database errors are raised."""
        with begin_read(self._engine) as conn:
            late = sum(int(conn.scalar(_late(table)) or 0) for table in CASE_TABLES)
            yield GaugeMetricFamily("ivr_overdue_cases", "Open cases whose promised date has passed.", value=late)
            waiting = sum(int(conn.scalar(_due(table)) or 0) for table in (messages, deliveries))
            yield GaugeMetricFamily(
                "ivr_follow_ups_waiting", "Texts and deliveries that are due and not done.", waiting
            )
            longest = longest_wait(conn, datetime.now(UTC))
            yield GaugeMetricFamily("ivr_queue_longest_wait_seconds", "The longest wait in the queue now.", longest)
            for name, (table, help_) in BY_STATUS.items():
                yield _by_status(conn, name, table, help_)


def exposition(engine: sa.Engine) -> bytes:
    """The gauges in Prometheus' text format; empty when the database does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(BacklogCollector(engine))
    try:
        return generate_latest(registry)
    except sa.exc.SQLAlchemyError:
        return b""


def _late(table: sa.Table) -> AnySelect:
    joined = sa.join(overdue, table, overdue.c.reference == table.c.reference)
    return sa.select(sa.func.count()).select_from(joined).where(table.c.status.in_(OPEN))


def _due(table: sa.Table) -> AnySelect:
    return sa.select(sa.func.count()).select_from(table).where(is_due(table, datetime.now(UTC)))


def _by_status(conn: sa.Connection, name: str, table: sa.Table, help_: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=["status"])
    for status, number in conn.execute(sa.select(table.c.status, sa.func.count()).group_by(table.c.status)):
        family.add_metric([status], number)
    return family
