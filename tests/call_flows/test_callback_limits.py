"""Callbacks are no weapon: one open promise a number, limits for a caller and a wallet, an alarm, and calm words."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.callbacks import callbacks
from ivr.callbacks.callbacks import REFUSED, TooMany, draft_for_caller, request_callback
from ivr.callbacks.tables import callback_queue
from ivr.callbacks.tables import callbacks as table
from ivr.engine.effects import World
from ivr.engine.journal import calls
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import BORROWED, HAIYUN, LINFU, Caller

NOTED, NOT_NOW = ("已经登记", "It is noted"), ("请稍后再拨", "call again later")
STRANGER = "13700000000"
WITHHELD = "anonymous"


@pytest.fixture
def nobody_there(caller) -> Caller:
    """Every call ends with a callback."""
    caller.line.put("agents", {"available": 0})
    return caller


def asks(caller: Caller, number: str = STRANGER, from_: str = BORROWED, line: str = HAIYUN) -> Caller:
    """One call, up to what is said after the yes."""
    return caller.calls(line, from_).presses("0").wants_a_call_back(number).picks("是的", "yes")


def rung(caller: Caller) -> int:
    """How many callbacks are to be rung."""
    with begin_read(caller.line.runtime.engine) as conn:
        return int(conn.scalar(sa.select(sa.func.count()).select_from(callback_queue)) or 0)


def settle(caller: Caller) -> None:
    """Everybody was reached."""
    with begin_write(caller.line.runtime.engine) as conn:
        conn.execute(sa.update(callback_queue).values(status="reached", next=None))


def refused(why: str) -> float:
    return REFUSED.labels(why)._value.get()


def later(caller: Caller, clock: str) -> None:
    caller.line.put("clock", {"now": clock})


@pytest.mark.requirement("R4")
def test_a_number_has_one_open_callback_whoever_asks_and_however_often(nobody_there):
    """The same words, the same time, and one ring; whose call it was is told in each report."""
    told = set()
    for place in range(6):
        asks(nobody_there, from_=f"+861390000010{place}").is_told(*NOTED)
        told.add(nobody_there.heard)
        assert nobody_there.report()["outcome"] == "callback"
    assert len(told) == 1 and rung(nobody_there) == 1
    assert [one["number"] for one in nobody_there.line.get("callbacks")] == ["+8613700000000"]


def test_each_wallet_may_owe_a_number_one(nobody_there):
    """A customer of both is called by both."""
    asks(nobody_there), asks(nobody_there, line=LINFU)
    assert rung(nobody_there) == 2


def test_who_asks_again_after_the_time_has_passed_is_called_as_soon_as_a_new_one_would_be(nobody_there):
    """The ring that is there is brought forward, and the time that is told is kept."""
    asks(nobody_there)
    later(nobody_there, "2026-11-23T11:00:00+08:00")
    with begin_write(nobody_there.line.runtime.engine) as conn:
        conn.execute(sa.update(callback_queue).values(next="2026-11-23T12:00:00.000000+00:00"))
    asks(nobody_there).is_told("上午十一点十五分", "eleven fifteen A M")
    with begin_read(nobody_there.line.runtime.engine) as conn:
        assert conn.execute(sa.select(callback_queue.c.next)).scalars().all() == ["2026-11-23T03:15:00.000000+00:00"]


def test_what_people_have_not_ticked_off_for_a_day_keeps_nobody_from_another_callback(nobody_there):
    """Those that the line does not ring by itself are for people, who may forget to say so."""
    asks(nobody_there)
    with begin_write(nobody_there.line.runtime.engine) as conn:
        conn.execute(sa.update(callback_queue).values(status="by-hand", next=None))
    asks(nobody_there)
    assert rung(nobody_there) == 1
    later(nobody_there, "2026-11-24T10:00:01+08:00")
    asks(nobody_there)
    assert rung(nobody_there) == 2


@pytest.mark.parametrize("why", ["number", "caller"])
def test_a_stranger_is_not_rung_all_day_and_a_caller_does_not_ring_the_town(nobody_there, why):
    """Three a day for one number, five for one caller, however quickly each was made; then calm words and an alarm."""
    most = callbacks.A_NUMBER_A_DAY if why == "number" else callbacks.A_CALLER_A_DAY
    before = refused(why)
    for place in range(most + 2):
        number = STRANGER if why == "number" else f"1370000001{place}"
        from_ = f"+861390000020{place}" if why == "number" else BORROWED
        asks(nobody_there, number, from_).is_told(*(NOTED if place < most else NOT_NOW))
        settle(nobody_there)
    nobody_there.hangs_up()
    assert rung(nobody_there) == most and nobody_there.report()["outcome"] == "abandoned"
    assert nobody_there.report()["summary"]["promises"] == []
    assert refused(why) - before >= 2
    later(nobody_there, "2026-11-24T10:00:01+08:00")
    asks(nobody_there).is_told(*NOTED)


def test_callers_without_a_number_share_a_part_of_the_wallets_hour_and_leave_the_rest(nobody_there):
    """Twenty of a hundred by default; who shows a number is still called back."""
    line = nobody_there.line
    line.settings = replace(line.settings, callbacks_an_hour=10)
    line.restart()
    for place in range(4):
        number = f"1370000001{place}"
        asks(nobody_there, number, WITHHELD).is_told(*(NOTED if place < 2 else NOT_NOW))
    asks(nobody_there, "13700000020").is_told(*NOTED)


def test_a_wallet_promises_no_more_than_its_people_can_keep(nobody_there):
    """Nobody's number is special; after an hour there is room again, and another wallet has its own."""
    line = nobody_there.line
    line.settings = replace(line.settings, callbacks_an_hour=2)
    line.restart()
    for place in range(3):
        number, from_ = f"1370000001{place}", f"+861390000030{place}"
        asks(nobody_there, number, from_).is_told(*(NOTED if place < 2 else NOT_NOW))
    asks(nobody_there, "13700000019", line=LINFU).is_told(*NOTED)
    later(nobody_there, "2026-11-23T11:00:01+08:00")
    asks(nobody_there, "13700000012").is_told(*NOTED)


def test_many_machines_that_promise_at_once_promise_one(line):
    """Eight calls from one telephone, each in a transaction of its own; on PostgreSQL none sees the others' yet."""
    runtime = line.runtime
    sids = [f"CA{place:032d}" for place in range(8)]

    def world(conn: sa.Connection, sid: str) -> World:
        return World(sid, f"{sid}:1", runtime.clock(conn), time.monotonic() + 4, conn, runtime)

    with begin_write(runtime.engine) as conn:
        for sid in sids:
            sealed = runtime.sealer.seal(BORROWED)
            conn.execute(sa.insert(calls).values(call=sid, caller_mark="m", caller_sealed=sealed, wallet="haiyun"))

    def promises(sid: str) -> str | None:
        with begin_write(runtime.engine) as conn:
            draft = draft_for_caller.run(world(conn, sid), "haiyun", None)
        with begin_write(runtime.engine) as conn:
            return request_callback.run(world(conn, sid), draft.id, "asked").slot

    with ThreadPoolExecutor(8) as pool:
        slots = list(pool.map(promises, sids))
    assert len(set(slots)) == 1 and slots[0] is not None
    with begin_read(runtime.engine) as conn:
        kept = list(conn.scalars(sa.select(table.c.status)))
    assert sorted(kept) == ["joined"] * 7 + ["requested"]


def test_many_machines_do_not_pass_a_callers_limit_together(line):
    """Each asks for another number, at the same moment."""
    runtime = line.runtime
    draft = {
        "wallet": "haiyun",
        "at": "2026-11-23T10:00:00+08:00",
        "number_sealed": "x",
        "number_mask": "",
        "status": "draft",
    }
    with begin_write(runtime.engine) as conn:
        for place in range(9):
            conn.execute(sa.insert(calls).values(call=f"CA{place}", caller_mark="m", wallet="haiyun"))
            conn.execute(sa.insert(table).values(id=f"c{place}", call=f"CA{place}", number_mark=f"n{place}", **draft))

    def promises(place: int) -> bool:
        with begin_write(runtime.engine) as conn:
            world = World(f"CA{place}", "k", runtime.clock(conn), time.monotonic() + 4, conn, runtime)
            try:
                request_callback.run(world, f"c{place}", "asked")
            except TooMany:
                return False
        return True

    with ThreadPoolExecutor(9) as pool:
        assert sum(pool.map(promises, range(9))) == callbacks.A_CALLER_A_DAY


def test_an_alarm_names_the_wallet_and_the_call_and_no_number(nobody_there, capfd):
    """Operators see which limit was reached."""
    for place in range(callbacks.A_CALLER_A_DAY + 1):
        asks(nobody_there, f"1370000001{place}")
    lines = [json.loads(one) for one in capfd.readouterr().err.splitlines() if one.startswith("{")]
    (alarm,) = [one for one in lines if one["event"] == "callback refused"] or [None]
    assert alarm and alarm["why"] == "caller" and alarm["wallet"] == "haiyun" and alarm["level"] == "error"
    assert "137000" not in json.dumps(alarm) and BORROWED[1:] not in json.dumps(alarm)
