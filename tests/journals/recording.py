"""A call held by the telephone in the terminal, on the whole app and a fresh database."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.migrations.migrate import migrate
from ivr.simulator.terminal import talk
from ivr.storage.database import begin_read, connect
from tests.call_flows.line import Caller, Line, demo_world, lab_settings
from tests.journals.golden import KEPT, Golden

TOKEN = "12345"
RANDOM = re.compile(r"CA[0-9a-f]{32}|[0-9a-f]{32,}|[A-Za-z0-9_+/=-]{40,}")
"""Marks, tokens and call numbers, which are different in each recording and decide nothing."""


@contextmanager
def fresh_line(clock: str) -> Iterator[Line]:
    """The demo world at that time."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"DATA_DIR": f"{folder}/var", "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_BASE_URL": "https://ivr.example.com"}
        url = f"sqlite:///{folder}/ivr.db"
        engine = connect(url)
        migrate(engine)
        engine.dispose()
        line = Line(lab_settings(Settings.load(given, dotenv=Path(folder) / "no.env"), url))
        line.put("world", json.loads(demo_world()))
        line.put("clock", {"now": clock})
        try:
            yield line
        finally:
            line.close()


def record(golden: Golden) -> Golden:
    """The same call, held today."""
    with fresh_line(golden.clock) as line:
        caller = Caller(line, "zh", agents=golden.agent, repeat=False)
        left = list(golden.typed)
        talk(caller, golden.line, golden.caller, ask=lambda _: _next(caller, left), tell=lambda _: None)
        if left:
            raise ValueError(f"{golden.claim}: the call was over before {left} could be typed")
        rows = _rows(line, caller.sid)
    return replace(golden, rows=[{name: row[name] for name in KEPT} for row in rows], facts=rows[-1]["facts"])


def _next(caller: Caller, left: list[str]) -> str:
    if not left:
        raise ValueError(f"all was typed, and the call goes on: {caller.heard!r}; add to `typed` in its file")
    typed = left.pop(0)
    return caller.code() if typed == "code" else typed


def _rows(line: Line, sid: str) -> list[dict[str, Any]]:
    engine = connect(line.settings.database_url)
    with begin_read(engine) as conn:
        found = [
            msgspec.structs.asdict(row) | {"at": row.at.isoformat(), "story": row.root_flow}
            for row in journal.rows(conn, sid)
        ]
    engine.dispose()
    for row in found:
        for checksum in ("heard", "about"):  # over words that may hold a sealed value
            (row["wait"] or {}).pop(checksum, None)
        row["steps"] = [[*step[:3], "…"] if step[2] == "sealed" else step for step in row["steps"]]
        (row["wait"] or {}).pop("asked", None)  # when it was, and not what
    return json.loads(RANDOM.sub("…", json.dumps(found)))
