"""A deployment between two keys: an answer goes to the question that was heard, or to none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ivr.engine import Ask, Call, Confirm, Menu, Unavailable, World, touch, write
from ivr.engine.entries import amount
from ivr.engine.journal import journal
from ivr.storage.database import begin_write
from tests.engine.ordering import AMOUNT, CHOICE, SURE, ask_bank, enter, order, rows, written

FREEZE = Confirm("freeze-now")
IS_IT = Confirm("is-it", acts=False)
FOUND = Menu("found", ("first", "second"))


async def asks_sure(call: Call) -> None:
    """Confirms something that does nothing."""
    await call.menu(CHOICE)
    await call.confirm(Confirm("hear-again", acts=False))
    await call.menu(CHOICE)


def diverged(stage) -> bool:
    failed = rows(stage)[-1].failed
    return bool(failed and failed["diverged"])


@pytest.mark.parametrize("put_there", [FREEZE, Confirm("hear-again"), Menu("hear-again", ("no", "yes"))])
def test_a_key_is_no_yes_to_an_act_that_a_deployment_put_in_the_questions_place(stage, put_there):
    """Another name, the same name that acts now, or another class of question: an apology and a person, no act."""

    async def freezes(call: Call) -> None:
        await call.menu(CHOICE)
        answer = await (call.confirm(put_there) if isinstance(put_there, Confirm) else call.menu(put_there))
        if answer in (True, "no"):
            await call.do(enter, "frozen")

    stage.with_root_flows(main=asks_sure)
    stage.post()
    stage.post("1")
    assert "zh:sorry" in stage.with_root_flows(main=freezes).post("1")
    assert written(stage) == 0
    assert diverged(stage)


def test_a_key_means_the_option_that_was_heard_under_it(stage):
    """A new option in front, and another order: the caller heard tea under 2."""

    async def reordered(call: Call) -> None:
        call.say("you-chose", drink=await call.menu(Menu("choice", ("tea", "milk", "coffee"))))
        await call.ask(AMOUNT)

    stage.with_root_flows(main=order)
    stage.post()
    assert "drink=tea" in stage.with_root_flows(main=reordered).post("2")
    assert rows(stage)[-1].steps == [["answer", "choice", "value", "tea"]]


def test_a_key_that_was_not_offered_is_still_wrong_and_then_the_new_options_are_heard(stage):
    """The third option of the new menu has no key until it was heard."""
    longer = Menu("choice", ("tea", "milk", "coffee"))

    async def reordered(call: Call) -> None:
        call.say("you-chose", drink=await call.menu(longer))
        await call.ask(AMOUNT)

    stage.with_root_flows(main=order)
    stage.post()
    assert "wrong-menu-1" in stage.with_root_flows(main=reordered).post("3")
    assert rows(stage)[-1].wait["options"] == ["tea", "milk", "coffee"]
    assert "drink=coffee" in stage.post("3")


def test_an_option_that_was_heard_and_is_gone_is_not_taken_for_another(stage):
    """Tea was the second; now milk is."""

    async def without_tea(call: Call) -> None:
        await call.menu(Menu("choice", ("coffee", "milk")))
        await call.ask(AMOUNT)

    stage.with_root_flows(main=order)
    stage.post()
    assert "zh:sorry" in stage.with_root_flows(main=without_tea).post("2")
    assert diverged(stage)


def test_of_an_act_all_that_was_heard_is_compared(stage):
    """Half of the price was read back; the yes was not to the whole."""

    def selling(fen: int):
        async def sell(call: Call) -> None:
            await call.menu(CHOICE)
            call.say("price-is", fen=fen)
            if await call.confirm(SURE):
                await call.do(enter, str(fen))

        return sell

    stage.with_root_flows(main=selling(500))
    stage.post()
    stage.post("1")
    assert "zh:sorry" in stage.with_root_flows(main=selling(1000)).post("1")
    assert written(stage) == 0


def recognising(fen: int):
    """A root flow that asks whether a record is the caller's, without doing anything yet."""

    async def recognise(call: Call) -> None:
        await call.menu(CHOICE)
        call.say("found-one", fen=fen)
        if await call.confirm(IS_IT):
            await call.do(enter, str(fen))
        await call.menu(CHOICE)

    return recognise


@pytest.mark.parametrize("before", [[], [""], ["7"]], ids=["at once", "after silence", "after a wrong key"])
def test_a_yes_to_one_record_is_no_yes_to_another(stage, before):
    """ "Five hundred of yesterday, is it this one?": the record counts, also where the repetition left it out."""
    stage.with_root_flows(main=recognising(500))
    stage.post()
    stage.post("1")
    for keys in before:
        stage.post(keys)
    assert "zh:sorry" in stage.with_root_flows(main=recognising(1000)).post("1")
    assert written(stage) == 0
    assert diverged(stage)


@pytest.mark.parametrize("before", [[], [""], ["7"]], ids=["at once", "after silence", "after a wrong key"])
def test_an_act_is_not_done_to_another_record_after_a_failed_answer(stage, before):
    """The repetition of the question names no amount; the yes is to the one that was heard first."""

    def selling(fen: int):
        async def sell(call: Call) -> None:
            await call.menu(CHOICE)
            call.say("price-is", fen=fen)
            if await call.confirm(SURE):
                await call.do(enter, str(fen))

        return sell

    stage.with_root_flows(main=selling(500))
    stage.post()
    stage.post("1")
    for keys in before:
        stage.post(keys)
    assert "zh:sorry" in stage.with_root_flows(main=selling(1000)).post("1")
    assert written(stage) == 0


def test_a_yes_or_no_of_a_release_that_stored_no_values_is_still_answered(stage):
    """A call that was running when this was deployed goes on."""
    stage.with_root_flows(main=recognising(500))
    stage.post()
    stage.post("1")
    with begin_write(stage.engine) as conn:
        row = '{"name":"is-it","kind":"Wait","prompt":"Confirm","options":["yes","no"]}'
        conn.execute(sa.update(journal).where(journal.c.turn == 1).values(wait=row))
    stage.post("1")
    assert written(stage) == 1


def test_records_that_are_offered_in_another_order_are_not_picked(stage):
    """`first` is the five yuan that the caller heard, and now it is the ten."""

    def picking(*fen: int):
        async def pick(call: Call) -> None:
            found = {name: {"fen": one} for name, one in zip(FOUND.options, fen, strict=True)}
            await call.menu(FOUND, choices=found)
            await call.menu(CHOICE)

        return pick

    stage.with_root_flows(main=picking(500, 1000))
    stage.post()
    assert "zh:sorry" in stage.with_root_flows(main=picking(1000, 500)).post("1")
    assert diverged(stage)


async def ends(call: Call) -> None:
    call.say("bye")


async def hangs_up(call: Call) -> None:
    call.hang_up()


async def breaks(call: Call) -> None:
    raise ZeroDivisionError


async def sleeps(call: Call) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("changed", [ends, hangs_up, breaks, sleeps])
def test_a_flow_that_no_longer_comes_to_the_question_has_diverged(stage, changed):
    """It ends, hangs up, breaks or waits for something else where the caller was asked: no goodbye, no plain fault."""
    stage.with_root_flows(main=order)
    stage.post()
    assert "zh:sorry" in stage.with_root_flows(main=changed).post("1")
    assert diverged(stage)


def test_a_touch_that_was_waited_for_is_not_taken_for_a_question(stage):
    """After the word that fills the waiting, the redirect holds no key and answers no question."""

    async def touches(call: Call) -> None:
        await call.menu(CHOICE)
        await call.do(ask_bank, "tea")
        await call.menu(CHOICE)

    async def asks(call: Call) -> None:
        await call.menu(CHOICE)
        await call.menu(Menu("new", ("coffee", "tea")))

    stage.with_root_flows(main=touches)
    stage.post()
    stage.runtime.outside_latency.record(9)
    stage.restart = lambda: None  # the pace is a process's own
    assert "one-moment" in stage.post("1")
    stage.root_flows["main"] = asks
    assert "zh:sorry" in stage.post(None)
    assert diverged(stage)


@touch
def price_of(world: World, what: str) -> dict[str, int]:
    """What it costs."""
    if what == "gone":
        raise Unavailable("gone")
    return {"fen": 500}


@write(errors=(LookupError,))
def reserve(world: World, what: str) -> int:
    """There is none left."""
    raise LookupError(what)


def of(effect, **changed):
    return replace(effect, **changed)


async def asks_price(call: Call, asked=price_of, reserved=reserve) -> None:
    try:
        await call.do(asked, "tea")
        await call.do(reserved, "tea")
    except LookupError:
        call.say("none-left")
    await call.menu(CHOICE)


@pytest.mark.parametrize(
    "changed",
    [{"asked": of(price_of, result=list[int])}, {"reserved": of(reserve, errors=())}],
    ids=["result", "error"],
)
def test_an_effect_whose_result_or_errors_are_others_now_has_diverged(stage, changed):
    """The journal holds what its new declaration no longer knows: that is a deployment's doing, and told as such."""

    async def main(call: Call) -> None:
        await asks_price(call, **changed)

    stage.with_root_flows(main=asks_price)
    assert "none-left" in stage.post()
    assert "zh:sorry" in stage.with_root_flows(main=main).post("1")
    assert diverged(stage)


def test_the_row_names_the_release_that_played_it_and_a_failure_both(stage):
    """So that a divergence can be traced to its deployment."""

    async def other(call: Call) -> None:
        await call.ask(Ask("other", amount))

    stage.release = "release-1"
    stage.with_root_flows(main=order).post()
    stage.release = "release-2"
    stage.with_root_flows(main=other).post("1")
    assert [row.release for row in rows(stage)] == ["release-1", "release-2"]
    assert rows(stage)[-1].failed["releases"] == ["release-1", "release-2"]


def test_a_row_of_an_older_release_is_compared_by_what_it_kept(stage):
    """Name and verb: a call that was running when this was deployed goes on."""
    stage.with_root_flows(main=order)
    stage.post()
    with begin_write(stage.engine) as conn:
        conn.execute(sa.update(journal).values(wait='{"name":"choice","kind":"Wait"}'))
    assert "zh:amount" in stage.post("2")


def test_what_was_said_by_the_time_of_the_first_turn_is_answered_by_it(stage):
    """Offered in the morning at 11:59, answered at 12:01: the question is still the one of the morning."""
    stage.clock = datetime(2026, 11, 23, 11, 59, 55, tzinfo=UTC)

    async def part_of_day(call: Call) -> None:
        part = "morning" if call.now.hour < 12 else "evening"
        call.say("good", part=part, chosen=await call.menu(Menu(part, ("coffee", "tea"))))
        await call.menu(CHOICE)

    stage.with_root_flows(main=part_of_day)
    assert "zh:morning" in stage.post()
    reply = stage.post("2")
    assert "part=morning chosen=tea" in reply
