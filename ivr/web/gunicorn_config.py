"""gunicorn's settings for the voice server: `--config python:ivr.web.gunicorn_config`. `make run` gives the others."""

from __future__ import annotations

import gc
import os
import resource
from typing import Any

from ivr.config.logs import prepare_logs, take_over
from ivr.web import metric_files

MOST_FILES = 4096
"""Open files of a worker: connections to callers and to the database, and some more. The system may allow fewer."""
worker_class = "ivr.web.gunicorn_worker.BufferingWorker"
worker_connections = 1000
graceful_timeout = 10
keepalive = 30
sendfile = False
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = ""
forwarder_headers = ""
"""No header may set SCRIPT_NAME: with `/voice`, `/voice/metrics` would pass a proxy and reach `/metrics`."""


def on_starting(_server: Any) -> None:
    """Load code and prompts before the workers are forked: a worker that dies is replaced at once."""
    prepare_logs()
    take_over("gunicorn.error")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MOST_FILES)), hard))
    # `create_app` makes the database connections and the locks after the fork, so each worker has its own.
    import ivr.web.blueprints  # noqa: F401
    from ivr.speech.catalogue import words

    words()


def post_worker_init(worker: Any) -> None:
    """Reserve the metric files, and keep what was loaded so far out of garbage collection, which delays turns."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        metric_files.reserve(folder)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def child_exit(_server: Any, worker: Any) -> None:
    """In the master: give back a dead worker's disk space, or one that dies again and again would fill the disk."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        metric_files.release(folder, worker.pid)
