"""The lab's text provider: it keeps what would have been sent, and answers as the scene says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.engine.secrets import Sealer
from ivr.follow_up.tables import lab_texts
from ivr.storage.database import begin_write
from ivr.telephony.texting import Sent, Text

REJECTED, UNREACHABLE = 30007, 21614
"""Error codes as Twilio gives them: filtered by the carrier; not a mobile number."""


class LabSms:
    """Keeps what would have been sent, and answers as the scene says: ok, reject or unreachable."""

    def __init__(
        self,
        engine: sa.Engine,
        sealer: Sealer,
        mode: Callable[[sa.Connection], str],
        clock: Callable[[sa.Connection], datetime],
    ) -> None:
        self._engine, self._sealer, self._mode, self._clock = engine, sealer, mode, clock

    def send(self, message_id: str, text: Text) -> Sent:
        """Keep the text once, whatever happens to it."""
        sealed = self._sealer.seal(json.dumps([text.to, text.body]))
        with begin_write(self._engine) as conn:
            sent = _answer(self._mode(conn))
            conn.execute(sa.delete(lab_texts).where(lab_texts.c.message == message_id))
            row = {"message": message_id, "sealed": sealed, "at": self._clock(conn).isoformat(), "status": sent.status}
            conn.execute(sa.insert(lab_texts).values(row))
        return sent

    def look(self, _sid: str) -> None:
        """Texts of the lab end at once and have no id, so there is nothing to look up."""


def _answer(mode: str) -> Sent:
    answers = {"ok": Sent("delivered"), "reject": Sent("failed", REJECTED), "unreachable": Sent("failed", UNREACHABLE)}
    return answers[mode]


def sent_in_lab(conn: sa.Connection, sealer: Sealer) -> list[dict[str, Any]]:
    """Every text of the lab, opened, in order: to, body, at, status."""
    found = conn.execute(sa.select(lab_texts).order_by(lab_texts.c.n))
    return [_opened(row, sealer) for row in found]


def _opened(row: Any, sealer: Sealer) -> dict[str, Any]:
    to, body = json.loads(sealer.open(row.sealed))
    return {"to": to, "body": body, "at": row.at, "status": row.status}
