"""Access of the browser phone to the lab of the main server: a few requests, to loopback only.

The lab's API cannot be asked for the scene or for the customers of the world, so both are read from the lab's own
tables: names and numbers. Customers' credentials leave with a demo call only, whose keys nobody could guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import httpx
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.lab import scene
from ivr.lab.clock import business_now_of
from ivr.lab.tables import worlds
from ivr.lab.world import DEFAULT, moved
from ivr.network.loopback import TOKEN
from ivr.network.tls import trusted
from ivr.operations.line_switch import STATES, line_state
from ivr.simulator.browser_phone.demo_calls import demo_calls
from ivr.storage.database import begin_read, connect

ALLOWED = {
    "GET": re.compile(r"records|agents|calls/[A-Za-z0-9]{1,64}"),
    "PUT": re.compile(r"clock|world|agents|wallet|sms|line"),
    "POST": re.compile(r"reset|forget"),
}
PATIENCE = httpx.Timeout(
    15.0, connect=2.0
)  # a GET may wait five seconds for follow-ups; loading a large world takes longer


class LabClient:
    """Shared by all browser windows."""

    def __init__(self, settings: Settings) -> None:
        self.server = f"http://127.0.0.1:{settings.port}"
        self._client = httpx.Client(
            base_url=self.server,
            timeout=PATIENCE,
            trust_env=False,
            verify=trusted(),
            headers={TOKEN: settings.lab_token},
        )
        self._engine = connect(settings.database_url)

    def passes(self, method: str, what: str) -> bool:
        """Whether the page may send this request."""
        return bool(method in ALLOWED and ALLOWED[method].fullmatch(what))

    def ask(self, method: str, what: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and JSON body of the lab's answer; 502 when the server does not answer."""
        try:
            answer = self._client.request(method, f"/lab/{what}", content=body or None)
        except httpx.HTTPError:
            return 502, json.dumps({"error": "server-down", "server": self.server}).encode()
        if not answer.headers.get("Content-Type", "").startswith("application/json"):
            return 502, json.dumps({"error": "no-lab", "server": self.server}).encode()
        return answer.status_code, answer.content

    def report(self, sid: str) -> dict[str, Any] | None:
        """What the server knows of a call; None when it knows nothing or does not answer."""
        status, body = self.ask("GET", f"calls/{sid}")
        return json.loads(body) if status == 200 else None

    def is_up(self) -> bool:
        """Whether the main server answers."""
        try:
            return self._client.get("/healthz", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False

    def agents_answer(self) -> str:
        """How agents behave in the scene."""
        return str(self.setting()["scene"]["agents"]["answers"])

    def setting(self) -> dict[str, Any]:
        """Lines, customers and scene; with `error` when the database cannot be read."""
        try:
            with begin_read(self._engine) as conn:
                world = people(_world(conn))
                names = [None, *(one["id"] for one in world["wallets"])]
                holds = [line_state(conn, name) for name in names]
                switched = max((one.state for one in holds), key=STATES.index)
                own = sorted({one.wallet for one in holds if one.wallet and one.state != "open"})
                return world | {"scene": shown(scene.read(conn), switched, own)}
        except sa.exc.SQLAlchemyError:
            return people({}) | {"scene": shown(scene.Scene()), "error": "no-database"}

    def demo_calls(self) -> list[dict[str, Any]]:
        """The demo calls that can be played in this world; none when the database cannot be read."""
        try:
            with begin_read(self._engine) as conn:
                return list(demo_calls(_world(conn)))
        except sa.exc.SQLAlchemyError:
            return []

    def begin_anew(self) -> tuple[int, bytes]:
        """Load the demo world, shifted so that its newest record is from yesterday by the scene's clock."""
        with begin_read(self._engine) as conn:
            now = business_now_of(scene.read(conn))
        demo = moved(json.loads(DEFAULT.read_text("utf-8")), now)
        return self.ask("PUT", "world", json.dumps(demo).encode())


def _world(conn: sa.Connection) -> dict[str, Any]:
    return dict(json.loads(conn.scalar(sa.select(worlds.c.document)) or "{}"))


def people(world: dict[str, Any]) -> dict[str, Any]:
    """The lines that can be called and the customers who may call."""
    return {
        "wallets": [
            {"id": one["id"], "name": one["name"], "line": one["line"], "timezone": one["timezone"]}
            for one in world.get("wallets") or []
        ],
        "customers": [
            {name: one.get(name) for name in ("id", "name", "mobile", "wallet", "wallet_id", "language", "status")}
            for one in world.get("customers") or []
        ],
    }


def shown(now: scene.Scene, switched: str = "open", own: Sequence[str] = ()) -> dict[str, Any]:
    """The scene in the format of the lab's API; `own`: wallets that are closed by their own switch."""
    return {
        "clock": {"now": business_now_of(now).isoformat() if now.clock_now else None, "runs": now.clock_runs},
        "agents": {"available": now.agents_available, "answers": now.agents_answer},
        "wallet": {"mode": now.wallet},
        "sms": {"mode": now.sms},
        "line": {"state": switched, "own": list(own)},
    }
