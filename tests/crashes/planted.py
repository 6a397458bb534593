"""The voice server and the follow-up worker with a plan to die: whichever process comes to its point first is killed
there.

A plan is a file `die-<point>` in DATA_DIR that holds the name of an effect or of a kind of message. It holds for one
death: whoever takes it away kills itself.
"""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

import app
from ivr.config.settings import Settings
from ivr.engine.live_turn import LiveTurn

IN_A_TURN = ("before-touch", "after-touch", "after-write", "before-commit", "after-commit")
SHORTLY = timedelta(seconds=1)
"""What stands for the minute after which a dead worker's row is due again."""


def plan(folder: Path, point: str, name: str) -> Path:
    """Let the next one who comes there die."""
    (folder / "plan").write_text(name)
    return (folder / "plan").rename(folder / f"die-{point}")


def die_at(folder: Path, point: str, *names: str) -> None:
    """SIGKILL when this was planned, and nobody has died of it yet."""
    planned = folder / f"die-{point}"
    try:
        if planned.read_text() not in names:
            return
        planned.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def create_app() -> Flask:
    """The app of the line, in a process that may die."""
    settings = Settings.load()
    plant(settings.data_dir)
    return app.create_app(settings)


def plant(folder: Path) -> None:
    """Around the effects and the commit of every turn."""
    world, touch, perform, commit = LiveTurn._world, LiveTurn._run_touch, LiveTurn.run_effect, LiveTurn.commit

    def about(self: LiveTurn, do: Any, conn: Any) -> Any:
        if do.effect.kind == "touch":
            die_at(folder, "before-touch", do.name)
        return world(self, do, conn)

    def touched(self: LiveTurn, do: Any) -> Any:
        value = touch(self, do)
        die_at(folder, "after-touch", do.name)
        return value

    def performed(self: LiveTurn, do: Any) -> Any:
        result = perform(self, do)
        if do.effect.kind == "write":
            die_at(folder, "after-write", do.name)
        return result

    def committed(self: LiveTurn, row: Any, reply: str) -> bool:
        die_at(folder, "before-commit", *self.ordinals)
        done = commit(self, row, reply)
        die_at(folder, "after-commit", *self.ordinals)
        return done

    LiveTurn._world, LiveTurn._run_touch, LiveTurn.run_effect, LiveTurn.commit = about, touched, performed, committed


def work() -> None:
    """The follow-up worker: it may die around a text or a delivery, and its successor does not wait for a minute."""
    from ivr.follow_up import deliveries, outbox
    from ivr.telephony.twilio_rest import TwilioSms
    from ivr.wiring import worker

    folder = Settings.load().data_dir
    post = deliveries.post

    class Dying(TwilioSms):
        def send(self, message_id: str, text: Any) -> Any:
            die_at(folder, "before-send", message_id.partition(":")[0])
            sent = super().send(message_id, text)
            die_at(folder, "after-send", message_id.partition(":")[0])
            return sent

    def posted(url: str, headers: dict[str, str], body: bytes) -> int:
        die_at(folder, "before-delivery", "case.opened")
        status = post(url, headers, body)
        die_at(folder, "after-delivery", "case.opened")
        return status

    outbox.LEASE = SHORTLY
    deliveries.post = posted
    worker.make_text_provider = lambda engine, settings: Dying(settings)
    worker.main()


if __name__ == "__main__":
    work()
