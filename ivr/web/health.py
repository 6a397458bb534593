"""Health and metrics: `/healthz` (the process runs), `/readyz` (it can take calls), `/metrics` (Prometheus)."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest, multiprocess

from ivr.migrations.migrate import is_migrated, is_newer
from ivr.storage.database import begin_read
from ivr.web import backlog_metrics

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15)  # Twilio gives up at 15
DURATIONS = Histogram("ivr_request_seconds", "Time to answer.", ("endpoint", "status"), buckets=BUCKETS)
LEAST_FREE = 8 * 1024 * 1024
"""Free bytes on the disk of SQLite's file: its write-ahead log grows to about as much before a checkpoint."""
WHY_NOT = {
    False: "the database is not migrated; run python -m ivr.migrations.migrate",
    True: "the database was migrated by a newer release; run that one here, too",
}


def health_blueprint(engine: sa.Engine) -> Blueprint:
    """`/healthz`, `/readyz`, `/metrics`."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @health.get("/readyz")
    def ready() -> Response:
        try:
            why = _unwritable(engine) if is_migrated(engine) else WHY_NOT[is_newer(engine)]
        except (sa.exc.SQLAlchemyError, OSError):
            return Response("the database does not answer\n", 503, mimetype="text/plain")
        if why:
            return Response(f"{why}\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @health.get("/metrics")
    def metrics() -> Response:
        return Response(_exposition() + backlog_metrics.exposition(engine), content_type=CONTENT_TYPE_LATEST)

    return health


def count_requests(app: Flask) -> None:
    """Count and time every request by endpoint, never by path: paths hold call ids."""

    @app.after_request
    def count(response: Response) -> Response:
        asked: Any = request._get_current_object()  # type: ignore[attr-defined]
        _timer(asked.endpoint or "none", response.status_code).observe(time.perf_counter() - asked.came)
        return response


def _unwritable(engine: sa.Engine) -> str | None:
    """Why no turn could be stored, or None. The disk of a PostgreSQL server cannot be seen from here."""
    if engine.dialect.name == "sqlite":
        file = str(engine.url.database)
        disk = os.statvfs(file)
        if disk.f_flag & os.ST_RDONLY or not os.access(file, os.W_OK):
            return "the database cannot be written to"
        return "the disk of the database is full" if disk.f_bavail * disk.f_frsize < LEAST_FREE else None
    with begin_read(engine) as conn:
        only_read = conn.scalar(sa.text("SHOW transaction_read_only"))
    return "the database takes no writes (is it a standby?)" if only_read == "on" else None


@cache
def _timer(endpoint: str, status: int) -> Histogram:
    return DURATIONS.labels(endpoint, status)


def _exposition() -> bytes:
    """The metrics of all workers that share PROMETHEUS_MULTIPROC_DIR; without that setting, of this process."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)
