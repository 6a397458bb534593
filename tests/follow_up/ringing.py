"""A worker process that rings what is due, and may be killed on the way."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.callbacks import attempts
from ivr.config.settings import Settings
from ivr.follow_up.context import Context
from ivr.storage.database import connect
from ivr.telephony.twilio_rest import TwilioTelephone
from ivr.wiring.lab_or_live import business_clock
from tests.follow_up.outboxes import ring_due
from tests.follow_up.outside import outside

POINTS = ("before-attempt", "before-call", "after-call", "after-commit")


def work(arguments: list[str]) -> None:
    """`work([url, app, api, folder, machine's time, point])`."""
    url, app, api, folder, machine, point = arguments

    def die_at(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    given = {"DATA_DIR": folder, "DATABASE_URL": url, "PUBLIC_BASE_URL": app, "TWILIO_API_URL": api}
    settings = Settings.load(given | {"TWILIO_AUTH_TOKEN": "12345"}, dotenv=Path(folder) / "no.env")
    begin, know = attempts.begin, attempts.set_call_sid

    def beginning(*asked: Any) -> Any:
        attempt = begin(*asked)
        die_at("before-attempt")
        return attempt

    def knowing(*told: Any) -> None:
        die_at("after-call")
        know(*told)

    class Dying(TwilioTelephone):
        def ring(self, ringing: Any) -> str:
            die_at("before-call")
            return super().ring(ringing)

    attempts.begin, attempts.set_call_sid = beginning, knowing
    engine = connect(url)
    at = datetime.fromisoformat(machine)
    ring_due(
        Context(
            engine, settings, None, business_clock(settings), lambda: at, Dying(settings), **outside(engine, settings)
        )
    )
    die_at("after-commit")


if __name__ == "__main__":
    work(sys.argv[1:])
