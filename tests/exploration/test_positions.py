"""Which locals a position holds, by the bytecode of any Python that we run on."""

from __future__ import annotations

import dis

from tests.exploration.positions import counters, live_after


async def ask() -> int:
    return 1


async def two_at_once(first: int, second: int) -> int:
    """Python 3.13 reads `first` and `second`, and writes and reads `sum`, in one instruction each."""
    await ask()
    sum = first * second
    return sum + sum


async def written_again(kept: int, lost: int) -> int:
    await ask()
    lost = kept
    return lost + kept


async def counted(times: int) -> int:
    last = 0
    for number in range(times):
        last = number
        await ask()
    return last


def alive_at_the_wait(function) -> set[str]:
    """What may be read after the (only) await."""
    code = function.__code__
    waits = [step.offset for step in dis.get_instructions(code) if step.opname == "YIELD_VALUE"]
    return set(live_after(code)[waits[-1]])


def test_what_is_read_after_the_wait_is_held():
    """Both of two locals that one instruction reads."""
    assert alive_at_the_wait(two_at_once) == {"first", "second"}


def test_what_is_written_before_it_is_read_is_not_held():
    """It makes two positions of one."""
    assert alive_at_the_wait(written_again) == {"kept"}


def test_the_counter_of_a_loop_is_found():
    """Also where storing it and reading it is one instruction."""
    assert counters(counted.__code__) >= {"number"}
    assert alive_at_the_wait(counted) == {"last"}
