"""gunicorn's settings for the voice server (`--config python:ivr.web.gunicorn_config`); the rest is given by `make run`."""

from __future__ import annotations

import gc
import os
import resource
from typing import Any

from ivr.config.logs import prepare_logs, take_over
from ivr.web import metric_files

MOST_FILES = 4096
"""A worker's connections, to callers and to the database, with room to spare; the system's own limit may be lower."""
worker_class = "ivr.web.gunicorn_worker.BufferingWorker"
worker_connections = 1000
graceful_timeout = 10
keepalive = 30
sendfile = False
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = ""
forwarder_headers = ""
"""No header says where the app begins: with `SCRIPT_NAME: /voice`, `/voice/metrics` would be `/metrics` to us, and `/voice/…` to a proxy."""


def on_starting(_server: Any) -> None:
    """Code and words are read before the workers are forked: one that dies is replaced in a moment, not in seconds."""
    prepare_logs()
    take_over("gunicorn.error")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MOST_FILES)), hard))
    import ivr.web.blueprints  # noqa: F401  (its database and its locks are each worker's own, made by `create_app` after the fork)
    from ivr.speech.catalogue import words

    words()


def post_worker_init(worker: Any) -> None:
    """Room to count in; and what was loaded at the start is never garbage: no turn waits for a collection that looks at it again."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        metric_files.reserve(folder)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def child_exit(_server: Any, worker: Any) -> None:
    """In the process that watches over the workers: one that dies again and again must not fill the disk."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        metric_files.release(folder, worker.pid)
