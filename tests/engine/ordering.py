"""A root flow in which something is ordered: a menu, an amount, a bank outside that is touched, a ledger inside that is
written.
"""

from __future__ import annotations

import sqlalchemy as sa

from ivr.engine import Ask, Call, Confirm, Menu, Unavailable, World, journal, touch, write
from ivr.engine.entries import amount
from ivr.storage.database import begin_read
from tests.engine.stage import Stage

ledger = sa.Table("test_ledger", sa.MetaData(), sa.Column("key", sa.Text), sa.Column("what", sa.Text))
TOUCHED: list[str] = []

CHOICE = Menu("choice", ("coffee", "tea"))
AMOUNT = Ask("amount", amount, readback=Confirm("amount-right", acts=False))
SURE = Confirm("sure")


@touch
def ask_bank(world: World, what: str) -> str:
    """The outside: it answers with what it was asked, or is dead."""
    TOUCHED.append(world.key)
    if what == "dead":
        raise Unavailable("dead")
    return what


@write
def enter(world: World, what: str) -> int:
    """Our own record of it."""
    world.conn.execute(sa.insert(ledger).values(key=world.key, what=what))
    return 1


async def order(call: Call) -> None:
    """Choose, say how much, confirm; touches and writes once."""
    drink = await call.menu(CHOICE)
    fen = await call.ask(AMOUNT)
    price = await call.do(ask_bank, drink)
    if await call.confirm(SURE):
        await call.do(enter, price)
        call.say("done", fen=fen, price=price)
    call.hang_up()


async def rescue(call: Call) -> None:
    """Where a call ends that has failed."""
    call.say("sorry")
    await call.menu(Menu("rescue", ("callback",)))
    call.say("bye")


def rows(stage: Stage) -> list[journal.Row]:
    """The journal of the call."""
    with begin_read(stage.engine) as conn:
        return journal.rows(conn, stage.sid)


def written(stage: Stage) -> int:
    """How many lines are in the ledger."""
    with begin_read(stage.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(ledger))
