"""A CRM as a wallet would write one: it checks the signature by our page, and takes each key once."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

SECRET = "a secret of the CRM"
RECIPE = Path(__file__).parents[2] / "docs" / "operations.md"


def verify() -> Any:
    """The function `verify` that docs/operations.md shows."""
    section = RECIPE.read_text("utf-8").partition("## Cases for your CRM")[2]
    source = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]
    shown: dict[str, Any] = {}
    exec(compile(source, "docs/operations.md", "exec"), shown)  # noqa: S102
    return shown["verify"]


class Crm:
    """What came, what was taken, and what it answers: the numbers of `answers` in turn, then 200."""

    def __init__(self, now: datetime | None = None) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.taken: dict[str, bytes] = {}
        self.answers: list[int] = []
        self.now = now
        self.before_answer = lambda: None
        self._verify = verify()

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        body, key = request.get_data(), request.headers["Idempotency-Key"]
        self.requests.append((key, body))
        status = self.answers.pop(0) if self.answers else 200
        if not self._is_ours(request, body):
            status = 401
        if status == 200:
            self.taken.setdefault(key, body)
        self.before_answer()
        return Response("taken", status)(environ, start)

    def _is_ours(self, request: Request, body: bytes) -> bool:
        now = self.now.timestamp() if self.now else float(request.headers["X-Ivr-Timestamp"])
        return bool(self._verify(SECRET, request.headers, body, now))


def work(arguments: list[str]) -> None:
    """`work([url, crm, now, folder])`: a worker process that delivers what is due at `now`."""
    from ivr.config.settings import Settings
    from ivr.follow_up.context import Context
    from ivr.storage.database import connect
    from tests.follow_up.outboxes import deliver_due
    from tests.follow_up.outside import outside

    url, crm, now, folder = arguments
    given = {"DATA_DIR": folder, "DATABASE_URL": url, "CRM_URL": crm, "CRM_SECRET": SECRET}
    settings = Settings.load(given, dotenv=Path(folder) / "no.env")
    time = datetime.fromisoformat(now)
    deliver_due(
        Context(engine := connect(url), settings, None, lambda conn: time, lambda: time, **outside(engine, settings))
    )


if __name__ == "__main__":
    work(sys.argv[1:])
