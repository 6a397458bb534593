"""The rules of replay and of a turn, one by one, on both databases."""

from __future__ import annotations

import asyncio
import threading

import pytest
import sqlalchemy as sa

from ivr.engine import Ask, Call, Confirm, Menu, ToAgent, Unavailable, World, journal, read, touch, write
from ivr.engine.entries import amount, six
from ivr.engine.secrets import Secret, SecretLeak
from ivr.engine.turn import Input, take_turn
from ivr.storage import begin_read, begin_write
from tests.engine.stage import Stage

ledger = sa.Table("test_ledger", sa.MetaData(), sa.Column("key", sa.Text), sa.Column("what", sa.Text))
TOUCHED: list[str] = []

CHOICE = Menu("choice", ("coffee", "tea"))
AMOUNT = Ask("amount", amount, readback=Confirm("amount-right", acts=False))
CODE = Ask("code", six, length=6, personal=True)
SURE = Confirm("sure")


@touch
def ask_bank(world: World, what: str) -> str:
    TOUCHED.append(world.key)
    if what == "dead":
        raise Unavailable("dead")
    return what


@write
def enter(world: World, what: str) -> int:
    world.conn.execute(sa.insert(ledger).values(key=world.key, what=what))
    return 1


@write
def check(world: World, code: Secret) -> bool:
    return code.reveal() == "123456"


@read
def entries(world: World) -> int:
    return world.conn.scalar(sa.select(sa.func.count()).select_from(ledger))


async def rescue(call: Call) -> None:
    call.say("sorry")
    await call.menu(Menu("rescue", ("callback",)))
    call.say("bye")


@pytest.fixture
def stage(database, tmp_path):
    """A stage on a fresh database."""
    with begin_write(database) as conn:
        ledger.create(conn, checkfirst=True)
    TOUCHED.clear()
    made = Stage(database, tmp_path, {"rescue": rescue})
    yield made
    made.runtime.worker.close()


def rows(stage: Stage) -> list[journal.Row]:
    with begin_read(stage.engine) as conn:
        return journal.rows(conn, stage.sid)


def written(stage: Stage) -> int:
    with begin_read(stage.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(ledger))


async def order(call: Call) -> None:
    """Choose, say how much, confirm; touches and writes once."""
    drink = await call.menu(CHOICE)
    fen = await call.ask(AMOUNT)
    price = await call.do(ask_bank, drink)
    if await call.confirm(SURE):
        await call.do(enter, price)
        call.say("done", fen=fen, price=price)
    call.hang_up()


def test_a_call_goes_from_its_first_word_to_its_last(stage):
    """Replay leads through a menu, an entry with read-back, a touch and a write, in fresh processes."""
    stage.with_stories(main=order)
    assert "zh:choice.coffee，请按一" in stage.post()
    assert "zh:amount" in stage.post("2")
    assert "amount-right value=6850" in stage.post("68*50#")
    assert "zh:sure" in stage.post("1")
    assert "done fen=6850 price=tea" in stage.post("1")
    assert written(stage) == 1
    assert len(TOUCHED) == 1


def test_a_repeated_turn_changes_nothing_and_says_the_same(stage):
    """Every post of the stage is sent twice; a late third one with other keys gets the stored reply too."""
    stage.with_stories(main=order)
    stage.post()
    first = stage.post("2")
    assert stage.post("1", turn=1) == first


def test_a_turn_too_early_gets_the_last_reply(stage):
    """A forged or broken client never moves a call ahead."""
    stage.with_stories(main=order)
    opening = stage.post()
    assert take_turn(stage.runtime, stage.sid, 9, Input("1"), {}) == opening
    assert len(rows(stage)) == 1


def test_decisions_are_journaled_and_not_keys(stage):
    """Options may change places while a call is running; what was meant stays."""

    async def reordered(call: Call) -> None:
        drink = await call.menu(Menu("choice", ("tea", "coffee")))
        call.say("you-chose", drink=drink)
        await call.ask(AMOUNT)

    stage.with_stories(main=order)
    stage.post()
    stage.post("2")
    assert rows(stage)[1].steps == [["answer", "choice", "value", "tea"]]
    assert "drink=tea" in stage.with_stories(main=reordered).post("#")


def test_a_flow_changed_under_a_call_ends_with_a_person(stage):
    """Divergence is heard as an apology; the row names the failure and keeps the facts."""

    async def shortened(call: Call) -> None:
        await call.ask(AMOUNT)

    stage.with_stories(main=order)
    stage.post()
    stage.post("2")
    assert "zh:sorry" in stage.with_stories(main=shortened).post("5#")
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

    stage.with_stories(main=buggy)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    failed = rows(stage)[-1].failed
    assert [step[1] for step in failed["steps"]] == ["choice", "test_turns.ask_bank", "test_turns.enter"]
    assert failed["type"] == "ZeroDivisionError"
    assert written(stage) == 0


def test_a_value_that_cannot_be_spoken_is_caught(stage):
    """Rendering is inside the guard."""

    async def unspeakable(call: Call) -> None:
        await call.menu(CHOICE)
        call.say("hello", broken=True)
        await call.menu(CHOICE)

    stage.with_stories(main=unspeakable)
    stage.post()
    assert "zh:sorry" in stage.post("1")


def test_an_endless_flow_ends_with_a_person(stage):
    """Effects of a turn are capped."""

    async def endless(call: Call) -> None:
        await call.menu(CHOICE)
        while True:
            await call.do(entries)

    stage.with_stories(main=endless)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    assert rows(stage)[-1].failed["type"] == "Endless"


def test_only_the_verbs_may_be_awaited(stage):
    """asyncio would pass silently; the driver refuses it."""

    async def foreign(call: Call) -> None:
        await asyncio.sleep(0)

    assert "zh:sorry" in stage.with_stories(main=foreign).post()


def test_a_touch_after_a_write_is_refused(stage):
    """A transaction is never open across the outside."""

    async def wrong_order(call: Call) -> None:
        await call.do(enter, "tea")
        await call.do(ask_bank, "tea")

    assert "zh:sorry" in stage.with_stories(main=wrong_order).post()
    assert (written(stage), TOUCHED) == (0, [])


def test_a_dead_bank_is_an_answer_and_is_waited_for_once(stage):
    """Unavailable is raised in the flow, replays as such, and a second touch of the turn fails at once."""

    async def unlucky(call: Call) -> None:
        for _ in range(2):
            try:
                await call.do(ask_bank, "dead")
            except Unavailable:
                call.say("no-answer")
        await call.menu(CHOICE)
        await call.menu(CHOICE)

    stage.with_stories(main=unlucky)
    assert stage.post().count("no-answer") == 2
    assert len(TOUCHED) == 1
    stage.post("1")
    assert len(TOUCHED) == 1


def test_a_secret_lives_for_one_turn(stage):
    """Its verdict is remembered, its digits are nowhere, and later use raises."""

    async def secretive(call: Call) -> None:
        code = await call.ask(CODE)
        right = await call.do(check, code)
        call.say("verdict", right=right)
        await call.menu(CHOICE)
        await call.do(check, code)

    stage.with_stories(main=secretive)
    stage.post()
    assert "right=True" in stage.post("123456")
    assert "123456" not in str(rows(stage))
    assert "zh:sorry" in stage.post("1")
    assert rows(stage)[-1].failed["type"] == "SecretLeak"


def test_a_secret_never_becomes_text():
    """No str, no format, no pickle; its repr is a mask."""
    secret = Secret("481920")
    for attempt in (str, "{}".format, lambda value: value.__reduce__()):
        with pytest.raises(SecretLeak):
            attempt(secret)
    assert "481920" not in repr(secret)


def test_silence_and_wrong_keys_count_apart_and_the_third_finds_a_person(stage):
    """The first silence is no error; three wrong keys give up to a person, with another wording each time."""

    async def root(call: Call) -> None:
        try:
            await call.menu(CHOICE)
        except ToAgent as wanted:
            call.say("agent", reason=wanted.reason)
            await call.menu(Menu("after", ("callback",)))

    stage.with_stories(main=root)
    stage.post()
    assert "take-your-time" in stage.post(None)
    assert "wrong-menu-1" in stage.post("7")
    assert "still-silent" in stage.post(None)
    assert "wrong-menu-2" in stage.post("5")
    assert "reason=wrong at choice" in stage.post("6")


def test_another_language_in_mid_question_loses_nothing(stage):
    """`9` in the read-back: the same question in English, the amount kept, no attempt counted."""
    stage.with_stories(main=order)
    stage.post()
    stage.post("1")
    stage.post("300#")
    assert "en:amount-right value=30000" in stage.post("9")
    assert "en:sure" in stage.post("1")


def test_back_ends_the_level_and_twice_is_the_main_menu(stage):
    """`*` asks the menu that opened the level again; facts survive."""

    async def inner(call: Call) -> None:
        call.facts["been"] = True
        await call.menu(Menu("inner", ("one",)))

    async def root(call: Call) -> None:
        while True:
            await call.menu(CHOICE)
            await call.level(inner(call))

    stage.with_stories(main=root)
    stage.post()
    assert "zh:inner" in stage.post("1")
    assert "zh:choice" in stage.post("*")
    assert rows(stage)[-1].facts == {"been": True}


def test_a_whole_task_can_be_typed_ahead_but_nothing_confirms_an_act(stage):
    """Keys run ahead through plain prompts and stop at the confirmation of an act."""
    stage.with_stories(main=order)
    stage.post()
    assert "zh:sure" in stage.post("2300#11")
    assert written(stage) == 0


def test_eight_posts_of_one_turn_at_once_have_one_answer_and_one_effect(stage):
    """Whoever wins, everyone speaks the winner's reply; the write happens once."""

    async def act(call: Call) -> None:
        drink = await call.menu(CHOICE)
        await call.do(ask_bank, drink)
        await call.do(enter, drink)
        call.say("done", drink=drink)

    stage.with_stories(main=act)
    stage.post()
    replies: list[str] = []
    posts = [
        threading.Thread(target=lambda key=key: replies.append(take_turn(stage.runtime, stage.sid, 1, Input(key), {})))
        for key in "12121212"
    ]
    for post in posts:
        post.start()
    for post in posts:
        post.join()
    assert len(set(replies)) == 1
    assert len(replies) == 8
    assert (written(stage), len(rows(stage))) == (1, 2)
