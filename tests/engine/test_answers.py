"""What a caller may answer: nothing, a wrong key, `9`, `*`, everything at once, a secret."""

from __future__ import annotations

import pytest

from ivr.engine import Ask, Call, Menu, ToAgent, World, write
from ivr.engine.entries import digits
from ivr.engine.secrets import Secret, SecretLeak
from tests.engine.ordering import CHOICE, order, rows, written

CODE = Ask("code", digits(6), length=6, personal=True)


@write
def check(world: World, code: Secret) -> bool:
    return code.reveal() == "123456"


def test_silence_and_wrong_keys_count_apart_and_the_third_finds_a_person(stage):
    """The first silence is no error; three wrong keys give up to a person, with another wording each time."""

    async def root(call: Call) -> None:
        try:
            await call.menu(CHOICE)
        except ToAgent as wanted:
            call.say("agent", reason=wanted.reason)
            await call.menu(Menu("after", ("callback",)))

    stage.with_root_flows(main=root)
    stage.post()
    assert "take-your-time" in stage.post(None)
    assert "wrong-menu-1" in stage.post("7")
    assert "still-silent" in stage.post(None)
    assert "wrong-menu-2" in stage.post("5")
    assert "reason=wrong at choice" in stage.post("6")


def test_another_language_in_mid_question_loses_nothing(stage):
    """`9` in the read-back: the same question in English, the amount kept, no attempt counted."""
    stage.with_root_flows(main=order)
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

    stage.with_root_flows(main=root)
    stage.post()
    assert "zh:inner" in stage.post("1")
    assert "zh:choice" in stage.post("*")
    assert rows(stage)[-1].facts == {"been": True}


def test_a_whole_task_can_be_typed_ahead_but_nothing_confirms_an_act(stage):
    """Keys run ahead through plain prompts and stop at a read-back, and at the confirmation of an act."""
    stage.with_root_flows(main=order)
    stage.post()
    assert "zh:amount-right" in stage.post("2300#11")
    assert "zh:sure" in stage.post("11")
    assert written(stage) == 0


def test_a_secret_lives_for_one_turn(stage):
    """Its verdict is remembered, its digits are nowhere, and later use raises."""

    async def secretive(call: Call) -> None:
        code = await call.ask(CODE)
        right = await call.do(check, code)
        call.say("verdict", right=right)
        await call.menu(CHOICE)
        await call.do(check, code)

    stage.with_root_flows(main=secretive)
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
