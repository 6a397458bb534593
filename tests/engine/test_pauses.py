"""Long words have pauses in them, and the key that says them again is named once."""

from __future__ import annotations

import pytest

from ivr.engine import Call, Menu
from tests.engine.stage import Stage

LONG = '<break time="2000ms"/>'


async def long_words(call: Call) -> None:
    call.pause()
    for part in ("one", "two", "three"):
        call.say(part)
        call.pause()
    await call.menu(Menu("after", ("on",)))


@pytest.fixture
def stage(database, tmp_path):
    """A stage on a fresh database."""
    made = Stage(database, tmp_path, {"main": long_words})
    yield made
    made.runtime.close()


def test_a_pause_follows_each_part_and_the_key_is_told_before_the_first(stage):
    """Nothing before the first words; all of it inside one Gather, so that any key interrupts it."""
    document = stage.post()
    assert document.count(LONG) == 3 and document.count("zh:pause<") == 1
    said = [document.index(words) for words in ("zh:one", f"zh:pause{LONG}", "zh:two", "zh:three", "zh:after")]
    assert said == sorted(said) and document.index("</Gather>") > said[-1]


def test_pound_says_all_of_it_again(stage):
    """As the words say."""
    document = stage.post()
    again = stage.post("#")
    assert document[document.index("<Say") : document.index("</Say>")] in again
