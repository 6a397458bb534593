"""gunicorn's settings for the desk: `--config python:ivr.desk.gunicorn_config`. `make run` gives the others."""

from __future__ import annotations

from typing import Any

from ivr.config.logs import prepare_logs, take_over

worker_class = "ivr.web.gunicorn_worker.BufferingWorker"
worker_connections = 1000
graceful_timeout = 10
keepalive = 30
sendfile = False
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = ""
forwarder_headers = ""


def on_starting(_server: Any) -> None:
    """Log as the other processes do."""
    prepare_logs()
    take_over("gunicorn.error")
