"""gunicorn's settings for the voice server: `--config python:ivr.web.gunicorn_config`. `make run` gives the others."""

from __future__ import annotations

import gc
import os
import resource
from importlib import import_module
from typing import Any

from ivr.config.logs import prepare_logs, take_over
from ivr.config.settings import Settings
from ivr.web import metric_files

LOADED_LATE = ("ivr.web.blueprints", "ivr.wallet.wallets", "httpcore")
"""What `create_app` imports when it is called, and what httpx imports with its first client."""
LOADED_LATE_IN_THE_LAB = ("ivr.lab.web", "ivr.lab.demo_wallet", "ivr.web.phone_redirect")
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


def on_starting(server: Any) -> None:
    """Load code and prompts before the workers are forked: a worker that dies is replaced at once."""
    prepare_logs()
    take_over("gunicorn.error")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MOST_FILES)), hard))
    # `create_app` makes the database connections and the locks after the fork, so each worker has its own.
    app, _, _ = server.app.app_uri.partition(":")
    for name in (app, *LOADED_LATE, *(LOADED_LATE_IN_THE_LAB if Settings.load().lab else ())):
        import_module(name)
    from ivr.speech.catalogue import words

    words()
    gc.collect()
    gc.freeze()  # a worker's own collection would touch, and so copy, the memory that it shares with the master


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
