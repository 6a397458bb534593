"""The voice server's settings with less patience, for tests: WHOLE seconds for a request, MOST connections a worker."""

from __future__ import annotations

import os

from ivr.web import gunicorn_worker
from ivr.web.gunicorn_config import *  # noqa: F403

gunicorn_worker.WHOLE = float(os.environ.get("WHOLE", gunicorn_worker.WHOLE))
worker_connections = int(os.environ.get("MOST", worker_connections))  # noqa: F405
