"""The rules of replay and of a turn: from the first word to the last, repeated, too early, eight at once."""

from __future__ import annotations

import threading

from ivr.engine import Call, Menu, Unavailable
from ivr.engine.turn import Input, take_turn
from tests.engine.ordering import AMOUNT, CHOICE, TOUCHED, ask_bank, enter, order, rows, written


def test_a_call_goes_from_its_first_word_to_its_last(stage):
    """Replay leads through a menu, an entry with read-back, a touch and a write, in fresh processes."""
    stage.with_root_flows(main=order)
    assert "zh:choice.coffeezh:press.key-1" in stage.post()
    assert "zh:amount" in stage.post("2")
    assert "amount-right value=6850" in stage.post("68*50#")
    assert "zh:sure" in stage.post("1")
    assert "done fen=6850 price=tea" in stage.post("1")
    assert written(stage) == 1
    assert len(TOUCHED) == 1


def test_a_repeated_turn_changes_nothing_and_says_the_same(stage):
    """Every post of the stage is sent twice; a late third one with other keys gets the stored reply too."""
    stage.with_root_flows(main=order)
    stage.post()
    first = stage.post("2")
    assert stage.post("1", turn=1) == first


def test_a_turn_too_early_gets_the_last_reply(stage):
    """A forged or broken client never moves a call ahead."""
    stage.with_root_flows(main=order)
    opening = stage.post()
    assert take_turn(stage.runtime, stage.sid, 9, Input("1"), {}) == opening
    assert len(rows(stage)) == 1


def test_decisions_are_journaled_and_not_keys(stage):
    """Options may change places while a call is running; what was meant stays."""

    async def reordered(call: Call) -> None:
        drink = await call.menu(Menu("choice", ("tea", "coffee")))
        call.say("you-chose", drink=drink)
        await call.ask(AMOUNT)

    stage.with_root_flows(main=order)
    stage.post()
    stage.post("2")
    assert rows(stage)[1].steps == [["answer", "choice", "value", "tea"]]
    assert "drink=tea" in stage.with_root_flows(main=reordered).post("#")


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

    stage.with_root_flows(main=unlucky)
    assert stage.post().count("no-answer") == 2
    assert len(TOUCHED) == 1
    stage.post("1")
    assert len(TOUCHED) == 1


def test_eight_posts_of_one_turn_at_once_have_one_answer_and_one_effect(stage):
    """Whoever wins, everyone speaks the winner's reply; the write happens once."""

    async def act(call: Call) -> None:
        drink = await call.menu(CHOICE)
        await call.do(ask_bank, drink)
        await call.do(enter, drink)
        call.say("done", drink=drink)

    stage.with_root_flows(main=act)
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
