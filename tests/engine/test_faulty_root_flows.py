"""What a root flow may not do, and that a call in which it does ends with a person and a row that names the failure."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from ivr.engine import Call, World, read
from tests.engine.ordering import AMOUNT, CHOICE, TOUCHED, ask_bank, enter, ledger, order, rows, written


@read
def entries(world: World) -> int:
    return world.conn.scalar(sa.select(sa.func.count()).select_from(ledger))


def test_a_flow_changed_under_a_call_ends_with_a_person(stage):
    """Divergence is heard as an apology; the row names the failure and keeps the facts."""

    async def shortened(call: Call) -> None:
        await call.ask(AMOUNT)

    stage.with_root_flows(main=order)
    stage.post()
    stage.post("2")
    assert "zh:sorry" in stage.with_root_flows(main=shortened).post("5#")
    failed = rows(stage)[-1].failed
    assert failed["diverged"]
    assert "zh:bye" in stage.post("1")


def test_a_bug_after_a_touch_does_not_forget_the_touch(stage):
    """The failed row keeps the steps that ran; our own writes are rolled back."""

    async def buggy(call: Call) -> None:
        await call.menu(CHOICE)
        await call.do(ask_bank, "tea")
        await call.do(enter, "tea")
        raise ZeroDivisionError

    stage.with_root_flows(main=buggy)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    failed = rows(stage)[-1].failed
    assert [step[1] for step in failed["steps"]] == ["choice", "ordering.ask_bank", "ordering.enter"]
    assert [step[2] for step in failed["steps"]] == ["value", "ok", "undone"]
    assert failed["type"] == "ZeroDivisionError"
    assert written(stage) == 0


def test_a_value_that_cannot_be_spoken_is_caught(stage):
    """Rendering is inside the guard."""

    async def unspeakable(call: Call) -> None:
        await call.menu(CHOICE)
        call.say("hello", broken=True)
        await call.menu(CHOICE)

    stage.with_root_flows(main=unspeakable)
    stage.post()
    assert "zh:sorry" in stage.post("1")


def test_an_endless_flow_ends_with_a_person(stage):
    """Effects of a turn are capped."""

    async def endless(call: Call) -> None:
        await call.menu(CHOICE)
        while True:
            await call.do(entries)

    stage.with_root_flows(main=endless)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    assert rows(stage)[-1].failed["type"] == "RunawayFlow"


def test_only_the_verbs_may_be_awaited(stage):
    """asyncio would pass silently; the driver refuses it."""

    async def foreign(call: Call) -> None:
        await asyncio.sleep(0)

    assert "zh:sorry" in stage.with_root_flows(main=foreign).post()


def test_a_touch_after_a_write_is_refused(stage):
    """A transaction is never open across the outside."""

    async def wrong_order(call: Call) -> None:
        await call.do(enter, "tea")
        await call.do(ask_bank, "tea")

    assert "zh:sorry" in stage.with_root_flows(main=wrong_order).post()
    assert (written(stage), TOUCHED) == (0, [])
