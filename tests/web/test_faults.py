"""The database or the wallet is dead, slow or half-way: words for the caller, a way on, nothing false, nothing
twice.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ivr.demo import wire
from ivr.engine import live_turn
from ivr.storage import database
from ivr.storage.database import begin_write, connect
from tests.call_flows.line import DANA, LIN, Caller, Line, demo_world
from tests.call_flows.test_top_up import reports
from tests.web.wire import PLACES, at_main_menu, due, in_progress, play, post, ringing, spoken

FALLBACK = "+8613900000009"
HONEST = ("不代表成功，也不代表失败", "neither success nor failure")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def moves_to(line: Line, database_url: str, fallback_agent: str = "") -> None:
    """The app, started anew on another database."""
    line.settings = replace(line.settings, database_url=database_url, fallback_agent=fallback_agent)
    line.restart()


@pytest.fixture(
    params=[
        "sqlite:////nowhere/at/all.db",
        "sqlite:///{}/unmigrated.db",
        "postgresql://ivr:hunter2@127.0.0.1:1/ivr",
    ]
)
def dead(request, line, tmp_path) -> Line:
    """A line that was started beside a database of no use."""
    moves_to(line, request.param.format(tmp_path), FALLBACK)
    return line


@on_sqlite
def test_without_a_database_every_webhook_gets_words_and_a_way_on(dead):
    """A turn is asked for once more, then the fallback agent; an agent's leg is let go; ready says no,
    alive says yes.
    """
    for path in PLACES:
        document = spoken(post(dead, path, ringing(CallSid="CA1")))
        assert "抱歉" in document and "Sorry" in document
        if "/whisper/" in path:
            assert document.endswith("<Hangup/></Response>")
        elif "/turns/" in path:
            assert f">{dead.settings.public_base_url}{path}?again=1#rc=2" in document
            document = spoken(post(dead, f"{path}?again=1", ringing(CallSid="CA1")))
            assert f"<Number>{FALLBACK}</Number>" in document
        else:
            assert f"<Number>{FALLBACK}</Number>" in document
    client = dead.app.test_client()
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)


@on_sqlite
def test_without_a_database_a_telephone_hears_it_out_and_strangers_stay_out(dead):
    """A whole call ends in words; a forged one is still refused."""
    moves_to(dead, dead.settings.database_url)
    caller = Caller(dead, "zh", repeat=False)
    caller.dials("+864000000101").hears("抱歉", "Sorry")
    assert caller.over and not caller.faults
    assert post(dead, "/voice", ringing(), signed="x").status_code == 403


def test_a_call_outlives_a_database_that_was_away(line):
    """The turn that failed is asked again, and nothing that was keyed before is lost."""
    caller = at_main_menu(line).picks("充值与支付问题", "").picks("充值限额", "")
    turn, home = due(caller), line.settings.database_url
    moves_to(line, "sqlite:////nowhere/at/all.db")
    address = f"/voice/calls/{caller.sid}/turns/{turn}?again=1"
    assert address in play(line, caller.sid, turn, Digits=LIN.number)
    moves_to(line, home)
    assert "注册手机号" in spoken(post(line, address, in_progress(caller.sid)))
    assert "证件" in play(line, caller.sid, turn + 1, Digits=LIN.number)


def test_a_call_whose_rows_are_gone_is_apologised_for_and_not_told_that_its_line_does_not_exist(line):
    """Another database, or one that was emptied: the fallback agent if there is one, then goodbye."""
    caller = at_main_menu(line)
    turn = due(caller)
    line.put("world", json.loads(demo_world()))
    document = play(line, caller.sid, turn, Digits="5")
    assert "抱歉" in document and "Sorry" in document and document.endswith("<Hangup/></Response>")
    line.settings = replace(line.settings, fallback_agent=FALLBACK)
    line.restart()
    assert f"<Number>{FALLBACK}</Number>" in play(line, caller.sid, turn, Digits="5")


@on_sqlite  # only SQLite has one writer
def test_a_locked_database_is_apologised_for_and_the_turn_is_not_lost(line, monkeypatch):
    """Every webhook in time; when the lock is gone the same turn is asked again."""
    assert database.BUSY_MILLISECONDS <= 3000
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    caller = at_main_menu(line)
    line.restart()
    turn, holder = due(caller), connect(line.settings.database_url)
    with begin_write(holder):
        for path in ("/voice", "/voice/status", "/voice/calls/CA1/whisper/1", "/voice/calls/CA1/whisper/1/answer"):
            assert "抱歉" in spoken(post(line, path, ringing()))
        assert spoken(post(line, "/voice/fallback", in_progress(caller.sid))) == caller.documents[-1]
        assert f"turns/{turn}?again=1" in play(line, caller.sid, turn, Digits="5")
    holder.dispose()
    again = f"/voice/calls/{caller.sid}/turns/{turn}?again=1"
    assert "账户安全" in spoken(post(line, again, in_progress(caller.sid)))
    assert "限额与规则" in play(line, caller.sid, turn + 1, Digits="5")


def to_the_number(caller: Caller) -> str:
    return LIN.number + "#"


def to_the_document(caller: Caller) -> str:
    caller.enters(LIN.number + "#")
    return LIN.tail


def to_the_pin(caller: Caller) -> str:
    caller.enters(DANA.number + "#").enters(DANA.tail).picks("电话服务密码", "phone PIN")
    return DANA.pin


def to_the_look_up(caller: Caller) -> str:
    caller.enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "code by text")
    return caller.code()


@pytest.fixture
def waited(monkeypatch):
    """The seconds for which the wallet was waited; nobody really waits."""
    seconds: list[float] = []
    monkeypatch.setattr(wire, "time", SimpleNamespace(monotonic=time.monotonic, sleep=seconds.append))
    return seconds


@pytest.mark.parametrize("touch", [to_the_number, to_the_document, to_the_pin, to_the_look_up])
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@on_sqlite
def test_a_wallet_that_does_not_answer_costs_seconds_and_no_falsehood(caller, mode, touch, waited):
    """At every touch of the top-up task: neither success nor failure, then a person; and no case is made up."""
    assert live_turn.TOUCH_SECONDS <= 4
    reports(caller.calls(), "300", "1120")
    keys = touch(caller)
    caller.webhooks.repeat = False
    caller.line.put("wallet", {"mode": mode})
    caller.enters(keys).is_told(*HONEST)
    assert len(waited) == (mode == "slow") and sum(waited) <= live_turn.TOUCH_SECONDS
    caller.is_not_told("充值三百元", "top-up of three hundred").is_not_told("没有收到", "did not receive")
    assert caller.talking_to and caller.line.get("cases") == []


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
@on_sqlite
def test_without_wallet_and_person_there_is_a_callback_and_later_all_is_well(caller, mode, monkeypatch):
    """The same telephone calls again when the wallet is back."""
    monkeypatch.setattr(live_turn, "TOUCH_SECONDS", 0.05)
    caller.line.put("agents", {"available": 0})
    caller.line.put("wallet", {"mode": mode})
    reports(caller.calls(), "300", "1120").caller.enters(LIN.number + "#").is_told(*HONEST)
    caller.wants_a_call_back("13700000000").picks("是的", "yes").hangs_up()
    assert [callback["call"] for callback in caller.line.get("callbacks")] == [caller.sid]
    caller.line.put("wallet", {"mode": "ok"})
    reports(caller.calls(), "300", "1120").proves(LIN).is_told("银行卡已经过期", "card has expired")


@on_sqlite
def test_when_too_many_wait_for_the_wallet_the_next_is_told_at_once(caller, waited):
    """Half of the threads stay free for everybody else; a place that is free again is taken."""
    caller.webhooks.repeat = False
    reports(caller.calls(), "300", "1120")
    caller.line.put("wallet", {"mode": "slow"})
    places = caller.line.app.extensions["line"].touches
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    caller.enters(LIN.number + "#").is_told(*HONEST)
    assert waited == [] and taken == 8 and caller.talking_to
    for _ in range(taken):
        places.release()
    caller.hangs_up()
    caller.line.put("wallet", {"mode": "ok"})
    reports(caller.calls(), "300", "1120").proves(LIN).is_told("银行卡已经过期", "card has expired")
