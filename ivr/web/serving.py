"""gunicorn's settings for the voice server (`--config python:ivr.web.serving`); the rest is given by `make run`."""

from __future__ import annotations

import gc
import os
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from ivr.logs import prepare_logs, take_over
from ivr.web import counters

LINGERING = 15.0
"""Seconds: as long as Twilio waits, and longer than the next master needs to start."""
worker_class = "ivr.web.serving.Worker"
graceful_timeout = 10
keepalive = 30
loglevel = "warning"
control_socket_disable = True


class Worker(ThreadWorker):
    """Goes on for a while when its master has died, on the socket that outlives both: callers notice nothing."""

    orphaned = 0.0

    def is_parent_alive(self) -> bool:
        """Or was a moment ago."""
        if super().is_parent_alive():
            return True
        self.orphaned = self.orphaned or time.monotonic()
        return time.monotonic() - self.orphaned < LINGERING


def on_starting(_server: Any) -> None:
    """Code and words are read before the workers are forked: one that dies is replaced in a moment, not in seconds."""
    prepare_logs()
    take_over("gunicorn.error")
    import ivr.web.rooms  # noqa: F401  (its database and its locks are each worker's own, made by `create_app` after the fork)
    from ivr.speech.prompts import words

    words()


def post_worker_init(worker: Any) -> None:
    """Room to count in; and what was loaded at the start is never garbage: no turn waits for a collection that looks at it again."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counters.reserve(folder)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def child_exit(_server: Any, worker: Any) -> None:
    """In the process that watches over the workers: one that dies again and again must not fill the disk."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counters.release(folder, worker.pid)
