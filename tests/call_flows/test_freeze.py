"""A freeze from an unknown telephone: weak proof, one confirmation, and no information for strangers."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from ivr.demo.tables import customers
from ivr.storage.database import begin_read, connect
from tests.call_flows.line import BORROWED, DANA, HAIYUN, LIN, LINFU, OMAR, SUN, Caller, Line, Person
from tests.call_flows.places import types_ahead

requirement = pytest.mark.requirement
FROZEN = ("账户已经冻结", "The account is frozen now")
SURE = ("现在冻结这个账户吗", "Shall I freeze this account now")
NO_MATCH = ("信息没有对上", "details did not match")
NIGHT = "2026-11-23T03:30:00+08:00"


def wants_a_freeze(caller: Caller) -> Caller:
    """From the main menu to the number."""
    return caller.picks("账户安全", "account security").picks("马上冻结", "freeze a stolen account")


def gives(caller: Caller, person: Person) -> Caller:
    """Number and tail."""
    return caller.enters(person.number + "#").enters(person.tail)


def texts_to(line: Line, number: str) -> list[str]:
    return [text["body"] for text in line.get("sms") if text["to"] == number]


def status(line: Line, customer: str) -> str:
    """How the account stands at the demo bank."""
    engine = connect(line.settings.database_url)
    with begin_read(engine) as conn:
        document = json.loads(conn.scalar(sa.select(customers.c.document).where(customers.c.id == customer)))
    engine.dispose()
    return str(document["status"])


@requirement("R26", "R27")
@pytest.mark.parametrize("now", ["2026-11-23T10:00:00+08:00", NIGHT])
def test_an_account_is_frozen_at_any_hour_without_a_code(caller, now):
    """Number, tail and one yes: the bank froze it, the lab shows it, the owner has a text, the level is L1."""
    caller.line.put("clock", {"now": now})
    wants_a_freeze(caller.calls()).is_told("不用验证码", "No code is needed")
    gives(caller, LIN).is_told("尾号是零零五幺", "ends in zero zero five one").is_told(*SURE)
    assert status(caller.line, "K1") == "active"
    caller.presses("1").is_told(*FROZEN).is_told("只能由人工", "Only a person can lift")
    caller.is_told("发短信", "by text")
    assert status(caller.line, "K1") == "frozen"
    (freeze,) = caller.line.get("freezes")
    assert (freeze["customer"], freeze["call"], freeze["at"]) == ("K1", caller.sid, now)
    (text,) = texts_to(caller.line, "+8619900000051")
    assert "冻结" in text
    report = caller.report()
    assert (report["level"], report["summary"]["priority"]) == ("L1", "high")


@requirement("R27")
def test_a_freeze_takes_four_inputs_besides_number_and_tail(caller):
    """The language, security, the freeze, a yes: nothing else is asked before it."""
    caller.dials(HAIYUN, BORROWED).presses("1" if caller.lang == "zh" else "2").presses("1").presses("1")
    gives(caller, LIN).presses("1").is_told(*FROZEN)
    assert status(caller.line, "K1") == "frozen"


@requirement("R27", "R31")
def test_the_number_that_rings_may_be_meant_but_does_not_prove_anything(caller):
    """A forged one without the tail freezes nothing and leads to a person; with the tail it is a freeze like any."""
    wants_a_freeze(caller.calls(from_="+8619900000051"))
    for place in range(3):
        gives(caller, Person("1", f"99999{place}")).is_told(*NO_MATCH)
    assert caller.talking_to and caller.report()["level"] == "L0"
    caller.hangs_up()
    gives(wants_a_freeze(caller.calls(from_="+8619900000051")), Person("1", LIN.tail))
    caller.is_told("尾号是零零五幺", "ends in zero zero five one").is_told(*SURE)
    assert (status(caller.line, "K1"), caller.line.get("freezes")) == ("active", [])
    caller.presses("1").is_told(*FROZEN)
    assert caller.report()["level"] == "L1"


@requirement("R24", "R27")
def test_the_agent_hears_and_reads_that_the_account_is_frozen(caller):
    """In the whisper, in both languages of the summary, with whose account it is; and the level that was proved."""
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").is_told(*FROZEN).presses("0")
    assert ("账户已冻结" if caller.lang == "zh" else "account is frozen") in caller.whispers[0]
    summary = caller.report()["summary"]
    assert (summary["customer"], summary["level"]) == ("K1", "L1")
    assert "已冻结" in " ".join(summary["written"]["zh"]) and "frozen in this call" in " ".join(
        summary["written"]["en"]
    )


def test_who_hangs_up_after_the_freeze_was_helped(caller):
    """The freeze was what they called for."""
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").hangs_up()
    assert caller.report()["outcome"] == "resolved"


@requirement("R27")
def test_the_tail_is_never_said_back(caller):
    """The read-back holds the end of the number only."""
    gives(wants_a_freeze(caller.calls()), DANA).does_not_hear("880431", "八八零四", "eight eight zero")


@requirement("R27")
def test_one_yes_is_needed_and_none_typed_ahead_will_do(caller):
    """Keys that came before the question do nothing; a no freezes nothing."""
    types_ahead(wants_a_freeze(caller.calls()).enters(LIN.number + "#"), LIN.tail + "#1").is_told(*SURE)
    caller.presses("2").is_told("没有冻结", "Nothing was frozen")
    assert (status(caller.line, "K1"), caller.line.get("freezes"), caller.line.texts()) == ("active", [], [])


@requirement("R27")
def test_who_hangs_up_before_the_yes_froze_nothing(caller):
    """Not even a text goes out."""
    gives(wants_a_freeze(caller.calls()), LIN).hangs_up()
    assert (status(caller.line, "K1"), caller.line.get("freezes"), caller.line.texts()) == ("active", [], [])


@requirement("R27", "R39")
def test_a_frozen_account_is_told_so_and_not_frozen_again(caller):
    """No second freeze, no text, and only a person lifts it."""
    gives(wants_a_freeze(caller.calls(LINFU)), SUN).is_told("之前已经冻结", "is frozen already")
    caller.is_told("只能找人工", "Only a person")
    assert (caller.line.get("freezes"), caller.line.texts()) == ([], [])


def test_a_freeze_may_be_asked_for_twice_in_a_call(caller):
    """The second time it is frozen already: one freeze, one text."""
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").is_told(*FROZEN)
    caller.presses("**")
    gives(wants_a_freeze(caller), LIN).is_told("之前已经冻结", "is frozen already")
    assert len(caller.line.get("freezes")) == len(caller.line.texts()) == 1


def test_a_closed_account_is_not_frozen(caller):
    """There is nothing left to freeze, and the bank is not asked to."""
    caller.line.change_world(lambda world: world["customers"][0].update(status="closed"))
    gives(wants_a_freeze(caller.calls()), LIN).is_told("已经注销", "is closed")
    assert (status(caller.line, "K1"), caller.line.get("freezes")) == ("closed", [])


@requirement("R31")
@pytest.mark.parametrize(
    "person", [Person("19911112222", LIN.tail), Person(LIN.number, "999999"), SUN], ids=["unknown", "wrong", "other"]
)
def test_unknown_wrong_and_of_another_wallet_sound_the_same(caller, person):
    """The same words at each try, then a person; nothing is told of any account."""
    wants_a_freeze(caller.calls())
    for _ in range(2):
        gives(caller, person).is_told(*NO_MATCH).is_told("请输入注册手机号", "registered number")
    gives(caller, person)
    assert caller.talking_to
    caller.is_told(*NO_MATCH).waits()
    assert (caller.report()["level"], caller.line.get("freezes")) == ("L0", [])


def test_failures_elsewhere_never_stand_in_the_way(caller):
    """An account that is locked for verification can still be frozen, and by a caller who failed three times."""
    failed = [{"customer": "K1", "at": "2026-11-23T09:50:00+08:00", "ok": False}] * 12
    caller.line.change_world(lambda world: world.update(attempts=failed))
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").is_told(*FROZEN)


def test_proof_for_a_freeze_is_no_success_for_verification(caller):
    """Five failures lock the account; a right tail here does not open it again."""
    failed = [{"customer": "K2", "at": "2026-11-23T09:50:00+08:00", "ok": False}] * 5
    caller.line.change_world(lambda world: world.update(attempts=failed))
    gives(wants_a_freeze(caller.calls()), DANA).presses("2").presses("**")
    caller.picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    caller.proves(DANA).is_told(*NO_MATCH)


def test_tries_are_counted_over_the_whole_call(caller):
    """Going back to the menu gives no new ones."""
    wants_a_freeze(caller.calls())
    gives(caller, Person(LIN.number, "999999")).presses("**#")
    wants_a_freeze(caller)
    gives(caller, Person(LIN.number, "999998")).is_told(*NO_MATCH)
    gives(caller, Person(LIN.number, "999997"))
    assert caller.talking_to


def test_a_number_that_tried_ten_times_today_is_led_to_a_person(line, capfd):
    """Over calls; another number is not concerned, nor is the same one a day later."""
    for _ in range(5):
        prober = wants_a_freeze(Caller(line, "en").calls(from_="+8613911112222"))
        gives(gives(prober, Person("19911112222", "123456")), Person("19911112223", "123456")).hangs_up()
    eleventh = gives(wants_a_freeze(Caller(line, "en").calls(from_="+8613911112222")), LIN)
    eleventh.hears("details did not match")
    assert eleventh.talking_to
    gives(wants_a_freeze(Caller(line, "en").calls()), LIN).presses("1").hears("is frozen now")
    line.put("clock", {"now": "2026-11-24T10:30:00+08:00"})
    gives(wants_a_freeze(Caller(line, "en").calls(from_="+8613911112222")), DANA).presses("1").hears("is frozen now")


@requirement("R27")
def test_two_calls_that_freeze_at_the_same_moment_are_one_freeze(caller):
    """Both were asked before either was done: both hear that it is frozen, and the owner has one text."""
    other = Caller(caller.line, caller.lang)
    gives(wants_a_freeze(caller.calls()), LIN).is_told(*SURE)
    gives(wants_a_freeze(other.calls(from_="+8613900000002")), LIN).is_told(*SURE)
    caller.presses("1").is_told(*FROZEN)
    other.presses("1").is_told(*FROZEN)
    assert len(caller.line.get("freezes")) == len(texts_to(caller.line, "+8619900000051")) == 1


def test_a_burst_of_tries_is_an_alarm_in_the_log_and_a_number_for_whoever_watches(line, capfd):
    """Twenty within the hour, whoever makes them; the log names the wallet and no account."""
    for place in range(10):
        caller = wants_a_freeze(Caller(line, "en").calls(from_=f"+86139111100{place:02d}"))
        gives(
            gives(caller, Person(f"199111122{place:02d}", "123456")), Person(f"199111123{place:02d}", "123456")
        ).hangs_up()
    alarms = [row for row in capfd.readouterr().err.splitlines() if "many tries to freeze" in row]
    assert len(alarms) == 1 and '"wallet": "haiyun"' in alarms[0] and "1991111" not in alarms[0]
    assert 'ivr_freeze_tries_total{ok="False"}' in line.app.test_client().get("/metrics").text


def test_without_a_mobile_nobody_is_promised_a_text(caller):
    """It is told after the proof only, and the freeze holds."""
    wants_a_freeze(caller.calls())
    gives(caller, OMAR).is_not_told("没有登记手机号", "No mobile number is registered")
    caller.presses("1").is_told(*FROZEN).is_told("没有登记手机号", "No mobile number is registered")
    assert (status(caller.line, "K4"), caller.line.texts()) == ("frozen", [])


@pytest.mark.parametrize("mode", ["reject", "unreachable"])
def test_a_text_that_does_not_go_out_takes_nothing_back(caller, mode):
    """The account is frozen all the same."""
    caller.line.put("sms", {"mode": mode})
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").is_told(*FROZEN)
    assert len(caller.line.get("freezes")) == 1


def test_the_owner_is_told_in_their_own_language(line):
    """The caller may be anybody: Lin, who speaks Mandarin, is told in Mandarin of a freeze that was asked for in
    English.
    """
    gives(wants_a_freeze(Caller(line, "en").calls()), LIN).presses("1").hears("is frozen now")
    assert "冻结" in texts_to(line, "+8619900000051")[0]


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_while_the_wallet_is_away_nothing_is_called_frozen(caller, mode):
    """Before the proof: nothing is frozen yet, and a person at once."""
    wants_a_freeze(caller.calls())
    caller.line.put("wallet", {"mode": mode})
    caller.enters(LIN.number + "#").is_not_told(*FROZEN).is_told("账户还没有冻结", "nothing is frozen yet")
    assert caller.talking_to and caller.line.get("freezes") == []


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_an_unknown_outcome_is_asked_about_once_more_and_then_a_person_is_found(caller, mode):
    """Never told as success: take it as not frozen; nothing is kept, no text is sent."""
    gives(wants_a_freeze(caller.calls()), LIN)
    caller.line.put("wallet", {"mode": mode})
    caller.presses("1").is_told("不能确定账户有没有冻结", "I cannot tell whether the account is frozen")
    assert caller.talking_to
    caller.is_not_told(*FROZEN)
    assert (caller.line.get("freezes"), caller.line.texts()) == ([], [])
    summary = caller.report()["summary"]
    assert summary["unavailable"] == ["freezing.freeze"] * 2
    assert "outcome of a freeze unknown" in " ".join(summary["written"]["en"])
