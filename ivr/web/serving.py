"""gunicorn's settings for the voice server (`--config python:ivr.web.serving`); the rest is given by `make run`."""

from __future__ import annotations

import gc
from typing import Any

graceful_timeout = 10
keepalive = 30
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """What was loaded at the start is never garbage: no turn waits for a collection that looks at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
