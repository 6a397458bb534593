"""A root flow with a bank outside and a ledger inside, and a process that plays one turn of it and may die on the way.

`play` sends the reply through a pipe; at the point it kills its process.
"""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from ivr.engine import Call, Confirm, Menu, World, touch, write
from ivr.engine.live_turn import LiveTurn
from ivr.engine.turn import Input, take_turn
from ivr.storage.database import begin_write, connect
from tests.engine.stage import Stage

POINTS = ("before-touch", "after-touch", "after-write", "before-commit", "after-commit")
ledger = sa.Table("crash_ledger", sa.MetaData(), sa.Column("key", sa.Text), sa.Column("what", sa.Text))
CHOICE = Menu("choice", ("coffee", "tea"))
SURE = Confirm("sure")
_here: dict[str, str] = {}


def die_at(point: str) -> None:
    """SIGKILL when this is the point."""
    if _here.get("point") == point:
        os.kill(os.getpid(), signal.SIGKILL)


@touch
def charge(world: World, what: str) -> str:
    """The outside: it remembers every key that it was asked with, and may be slow until a file appears."""
    die_at("before-touch")
    folder = Path(_here["folder"])
    with (folder / "bank").open("a") as bank:
        bank.write(f"{world.key} {what}\n")
    die_at("after-touch")
    until = time.monotonic() + 30
    while _here.get("point") == "slow" and not (folder / "go").exists() and time.monotonic() < until:
        time.sleep(0.01)
    return what


@write
def enter(world: World, what: str) -> int:
    """Our own record of it."""
    world.conn.execute(sa.insert(ledger).values(key=world.key, what=what))
    die_at("after-write")
    return 1


async def main(call: Call) -> None:
    """Choose, be charged, be entered, and go on."""
    chosen = await call.menu(CHOICE)
    paid = await call.do(charge, chosen)
    await call.do(enter, paid)
    call.say("paid", what=paid)
    await call.confirm(SURE)


async def rescue(call: Call) -> None:
    """Nothing is expected to end here."""
    call.say("sorry")


def stage(engine: sa.Engine, folder: Path, sid: str) -> Stage:
    """The root flow on a database; effects find their folder."""
    _here["folder"] = str(folder)
    with begin_write(engine) as conn:
        ledger.create(conn, checkfirst=True)
    return Stage(engine, folder, {"main": main, "rescue": rescue}, sid)


def play(reply: Connection, url: str, folder: Path, sid: str, keys: str, point: str) -> None:
    """Turn 1 in this process."""
    _here["point"] = point
    acting = stage(connect(url), folder, sid)
    commit = LiveTurn.commit

    def dying(self: LiveTurn, *row: object) -> bool:
        die_at("before-commit")
        done = commit(self, *row)
        die_at("after-commit")
        return done

    LiveTurn.commit = dying
    reply.send(take_turn(acting.runtime, sid, 1, Input(keys=keys), {}))
