"""Who is calling: proofs, limits, and that nobody learns whether an account exists."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.storage.database import begin_read, metadata
from tests.call_flows.line import BORROWED, DANA, HAIYUN, LIN, NOON, OMAR, Caller, Person

requirement = pytest.mark.requirement
STRANGER = Person("13700000000", "111111")
HAIYUN_LIMITS = ("充值限额", "my limits")
LINS, DANAS = "+8619900000051", "+12025550151"
RINGS = "1"
"""Keyed for the number that rings."""


def asks_for_limits(caller: Caller, from_: str = "+8613900000001") -> Caller:
    """From the first ring to the first question of verification."""
    return caller.calls(HAIYUN, from_).picks("充值与支付问题", "top-up and payment").picks(*HAIYUN_LIMITS)


def tries(caller: Caller, person: Person, code: str = "000000") -> Caller:
    """One round of verification with a code that was guessed."""
    return asks_for_code(caller, person).enters(code)


def asks_for_code(caller: Caller, person: Person) -> Caller:
    """Up to the question for the code."""
    return caller.enters(person.number + "#").enters(person.tail).picks("短信验证码", "code by text")


def passed(caller: Caller) -> bool:
    """Whether the limits were told."""
    return "两千元" in caller.heard or "two thousand yuan" in caller.heard


@requirement("R19", "R31", "R32")
def test_a_number_a_tail_and_a_texted_code_prove_the_caller(caller):
    """All by keypad; the code is six unbroken digits in its message."""
    asks_for_limits(caller).is_told("一共三步", "three steps")
    caller.proves(LIN).is_told("身份已经核实", "you're verified")
    assert passed(caller) and caller.report()["level"] == "L2"
    (text,) = caller.line.get("sms")
    assert text["to"] == "+8619900000051" and "http" not in text["body"]


@requirement("R20", "R32")
def test_a_customer_with_e_mail_only_uses_the_wallet_id_and_the_phone_pin(caller):
    """Nobody is stuck for want of a mobile number."""
    asks_for_limits(caller).is_told("钱包号", "wallet ID")
    caller.proves(OMAR)
    assert passed(caller) and caller.report()["summary"]["verified_by"] == "pin"


@requirement("R19")
def test_a_number_of_another_country_is_keyed_with_its_country_code(caller):
    """A one and ten digits."""
    asks_for_limits(caller).proves(DANA)
    assert passed(caller)


def test_who_is_verified_is_not_asked_again(caller):
    """Facts outlive the task."""
    asks_for_limits(caller).proves(LIN).picks("是的", "yes").picks("还有别的问题", "another question")
    caller.picks("充值与支付问题", "top-up and payment").picks(*HAIYUN_LIMITS)
    assert passed(caller)


def test_the_number_that_calls_proves_nothing(caller):
    """Calling from the registered number opens no door."""
    asks_for_limits(caller, LINS).is_told("注册手机号", "registered number")


@requirement("R19", "R31")
def test_one_and_pound_stand_for_the_number_that_rings(caller):
    """Only its last digits are said; a tail and a code are needed as ever."""
    asks_for_limits(caller, LINS).is_told(
        "来电号码，尾号零零五幺，按一再按井号", "this phone, zero zero five one, press one"
    )
    caller.enters(RINGS + "#").is_told("最后六位", "last six").enters(LIN.tail)
    caller.picks("短信验证码", "code by text").enters(caller.code())
    assert passed(caller) and caller.report()["level"] == "L2"


@requirement("R31")
def test_a_forged_number_that_rings_hears_the_same_words_and_needs_the_same_proof(caller):
    """A right tail, a wrong one, nobody's number: the same words and steps, and the words of a keyed number."""
    claims = [(LINS, LIN.tail), (LINS, "999999"), ("+8613700000051", LIN.tail)]
    first, *others = [transcripts(caller, [Person(RINGS, tail)], "000000", from_) for from_, tail in claims]
    assert all(other == first for other in others)
    ((keyed, _),) = transcripts(caller, [LIN], "000000", LINS)
    assert first[0][0] == keyed and ("信息没有对上" in keyed[-1] or "did not match" in keyed[-1])
    assert caller.report()["level"] == "L0"


@requirement("R31")
def test_wrong_rounds_count_alike_whether_the_number_is_keyed_or_rings(caller):
    """Five in all; then the right PIN is refused, whichever way the number is given."""
    keyed, rung = Person(DANA.number, DANA.tail, "000000"), Person(RINGS, DANA.tail, "000000")
    for persons in ([rung, keyed, rung], [keyed, rung]):
        asks_for_limits(caller, DANAS)
        for person in persons:
            caller.proves(person)
        caller.hangs_up()
    for person in (DANA, Person(RINGS, DANA.tail, DANA.pin)):
        asks_for_limits(caller, DANAS).proves(person).is_told("信息没有对上", "did not match")
        caller.hangs_up()


@requirement("R19")
@pytest.mark.parametrize("hidden", ["anonymous", "+266696687", "+86282452253"])
def test_a_number_that_is_withheld_is_not_offered(caller, hidden):
    """Nor is it taken: a one is too short for a number, and is asked again."""
    asks_for_limits(caller, hidden).is_not_told("来电号码", "this phone")
    caller.enters(RINGS + "#").is_told("没有听清这次输入", "could not use that entry")
    caller.proves(LIN)
    assert passed(caller)


@requirement("R19")
def test_a_caller_from_north_america_keys_ten_digits(caller):
    """As people write it there; from elsewhere the same digits are another number."""
    ten = Person(DANA.number.removeprefix("1"), DANA.tail, DANA.pin)
    asks_for_limits(caller, "+12125550100").proves(ten)
    assert passed(caller)
    caller.hangs_up()
    asks_for_limits(caller).proves(ten).is_told("信息没有对上", "did not match")


def transcripts(
    caller: Caller, persons: list[Person], code: str, from_: str = BORROWED
) -> list[tuple[list[str], list[str]]]:
    """What each hears from the first question to the verdict, and the names of waits and effects."""
    found = []
    for person in persons:
        asks_for_limits(caller, from_)
        heard = [caller.enters(person.number + "#").heard, caller.enters(person.tail).heard]
        heard.append(caller.picks("短信验证码", "code by text").heard)
        heard.append(caller.enters(code).heard)
        caller.hangs_up()
        steps = [step[1] for turn in caller.report()["turns"] for step in turn["steps"]]
        found.append((heard, steps[steps.index("main-menu") :]))
    return found


@requirement("R31")
def test_unknown_wrong_and_locked_sound_the_same(caller):
    """The same words, the same number of turns, the same effects."""
    failed = [{"customer": "K2", "at": f"2026-11-23T0{hour}:00:00+08:00", "ok": False} for hour in range(1, 7)]
    caller.line.change_world(lambda world: world.update(attempts=failed))
    caller.line.put("clock", {"now": NOON})
    persons = [STRANGER, Person(LIN.number, "999999"), LIN, DANA]
    unknown, *others = transcripts(caller, persons, "000000")
    assert all(other == unknown for other in others)
    assert "信息没有对上" in unknown[0][-1] or "did not match" in unknown[0][-1]


def codes_are_offered(caller: Caller, *persons: Person) -> str:
    """What is heard when codes are asked for several accounts, one right after the other."""
    asks_for_limits(caller)
    for person in persons[:-1]:
        tries(caller, person)
    heard = asks_for_code(caller, persons[-1]).heard
    caller.hangs_up()
    return heard


@requirement("R31")
def test_a_second_number_does_not_give_away_whether_the_first_one_exists(caller):
    """Two strangers, a stranger and a customer, one customer by number and by wallet id: the same words."""
    other, by_id = Person("13700000009", "111111"), Person("10002051", LIN.tail)
    pairs = [(STRANGER, other), (STRANGER, LIN), (LIN, STRANGER), (LIN, DANA), (LIN, by_id), (LIN, LIN)]
    assert len({codes_are_offered(caller, *pair) for pair in pairs}) == 1


@requirement("R31")
def test_a_phone_pin_too_gives_nothing_away(caller):
    """Unknown, without a PIN, and with another PIN: the same words and steps."""
    found = []
    for person in (STRANGER, LIN, DANA, OMAR):
        asks_for_limits(caller).enters(person.number + "#").enters(person.tail)
        heard = caller.picks("电话服务密码", "phone PIN").heard, caller.enters("000000").heard
        caller.hangs_up()
        found.append((heard, [step[1] for turn in caller.report()["turns"] for step in turn["steps"]][-10:]))
    assert all(one == found[0] for one in found)


@requirement("R31")
def test_a_star_is_the_letter_at_the_end_of_a_tail_and_the_words_say_so(caller):
    """Nowhere else has a wallet a letter to compare: a star there is asked again, and counts as no proof."""
    asks_for_limits(caller).enters(LIN.number + "#")
    caller.is_told("最后一位是字母的，请按星号键", "If the last one is a letter, press star")
    caller.enters("2*4035").is_told("没有听清这次输入", "could not use that entry")
    caller.enters(LIN.tail).is_told("最后一步，选验证方式", "Last step, your choice")


@requirement("R31")
def test_a_wrong_tail_is_not_saved_by_the_right_pin(caller):
    """Every factor must hold."""
    asks_for_limits(caller).proves(Person(DANA.number, "111111", DANA.pin)).is_told("信息没有对上", "did not match")


@requirement("R31")
def test_rounds_are_counted_in_the_call_however_the_caller_wanders(caller):
    """Back at the main menu after two wrong rounds, there is one left."""
    asks_for_limits(caller)
    tries(tries(caller, STRANGER), STRANGER).presses("**#")
    caller.picks("充值与支付问题", "top-up and payment").picks(*HAIYUN_LIMITS)
    tries(caller, STRANGER)
    assert caller.talking_to


@requirement("R19")
@pytest.mark.parametrize("hidden", ["anonymous", "+266696687", "+86282452253"])
def test_a_caller_who_hides_the_number_is_verified_like_anybody(caller, hidden):
    """And ten strangers with hidden numbers do not count as one caller."""
    for number in range(4):
        asks_for_limits(caller, hidden)
        for turn in range(3):
            tries(caller, Person(f"137000000{number}{turn}", "111111"))
        caller.hangs_up()
    asks_for_limits(caller, hidden).proves(LIN)
    assert passed(caller)


def test_after_three_rounds_a_person_helps(caller):
    """The third failure is not a fourth question."""
    asks_for_limits(caller)
    for _ in range(3):
        tries(caller, STRANGER)
    assert caller.talking_to
    caller.hangs_up()
    assert caller.report()["summary"]["verification"] == {"passed": 0, "failed": 3}


def test_five_failures_lock_an_account_for_a_day_and_the_owner_too(caller):
    """Counted across calls; after twenty-four hours the account is free again."""
    for number in range(2):
        asks_for_limits(caller, f"+861390000010{number}")
        for _ in range(3):
            tries(caller, LIN)
        caller.hangs_up()
    asks_for_limits(caller).proves(LIN).is_told("信息没有对上", "did not match")
    caller.hangs_up()
    caller.line.put("clock", {"now": "2026-11-24T10:00:01+08:00"})
    asks_for_limits(caller).proves(LIN)
    assert passed(caller)


def test_a_success_forgets_the_failures_before_it(caller):
    """Four failures, a success, four failures: not locked."""
    early = [{"customer": "K1", "at": f"2026-11-23T0{hour}:00:00+08:00", "ok": hour == 5} for hour in range(1, 10)]
    caller.line.change_world(lambda world: world.update(attempts=early))
    caller.line.put("clock", {"now": NOON})
    asks_for_limits(caller).proves(LIN)
    assert passed(caller)


def test_a_caller_who_tries_ten_accounts_is_stopped(caller):
    """Whatever the accounts are; another telephone is not affected."""
    for number in range(4):
        asks_for_limits(caller)
        for turn in range(3):
            tries(caller, Person(f"137000000{number}{turn}", "111111"))
        caller.hangs_up()
    asks_for_limits(caller).proves(LIN).is_told("信息没有对上", "did not match")
    caller.hangs_up()
    asks_for_limits(caller, "+8613900000077").proves(LIN)
    assert passed(caller)


def test_a_code_expires_after_five_minutes(caller):
    """By the clock of the turn."""
    asks_for_limits(caller).enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "code by text")
    code = caller.code()
    caller.line.put("clock", {"now": "2026-11-23T10:05:01+08:00"})
    caller.enters(code).is_told("信息没有对上", "did not match")


def test_within_a_minute_the_same_code_holds_and_later_a_new_one_comes(caller):
    """At most three are sent in a call."""
    asks_for_limits(caller)
    tries(caller, LIN)
    assert len(caller.line.texts()) == 1
    caller.enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "code by text")
    assert len(caller.line.texts()) == 1
    caller.line.put("clock", {"now": "2026-11-23T10:01:30+08:00"})
    caller.enters("000000").enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "code by text")
    first, second = caller.line.texts()
    assert first != second
    caller.enters(caller.code())
    assert passed(caller)


def test_at_most_three_texts_leave_in_a_call(caller):
    """However often the rounds begin anew."""
    asks_for_limits(caller)
    for minute in range(2, 10, 2):
        asks_for_code(caller, LIN).presses("**#")
        caller.line.put("clock", {"now": f"2026-11-23T10:0{minute}:00+08:00"})
        caller.picks("充值与支付问题", "top-up and payment").picks(*HAIYUN_LIMITS)
    assert len(caller.line.texts()) == 3


@requirement("R31")
def test_a_code_proves_only_the_account_that_it_was_sent_for(caller):
    """Whoever has used up the texts on an account of their own cannot key the last code for another."""
    asks_for_limits(caller)
    for minute in range(2, 8, 2):
        asks_for_code(caller, LIN).presses("**#")
        caller.line.put("clock", {"now": f"2026-11-23T10:0{minute}:00+08:00"})
        caller.picks("充值与支付问题", "top-up and payment").picks(*HAIYUN_LIMITS)
    own = caller.code()
    asks_for_code(caller, DANA).enters(own).is_told("信息没有对上", "did not match")
    assert caller.report()["level"] == "L0"


@requirement("R31")
def test_a_code_is_used_once(caller):
    """Right, but beside a wrong tail: it is spent, and the next round needs the next code."""
    asks_for_limits(caller)
    asks_for_code(caller, Person(LIN.number, "999999"))
    spent = caller.code()
    caller.enters(spent).is_told("信息没有对上", "did not match")
    asks_for_code(caller, LIN).enters(spent).is_told("信息没有对上", "did not match")
    asks_for_code(caller, LIN).enters(caller.code())
    assert passed(caller)


@pytest.mark.parametrize("mode", ["reject", "unreachable"])
def test_a_text_that_fails_does_not_block_the_call(caller, mode):
    """The other proof still works, and a person is there."""
    caller.line.put("sms", {"mode": mode})
    asks_for_limits(caller)
    tries(caller, DANA).is_told("信息没有对上", "did not match")
    caller.proves(DANA)
    assert passed(caller)


@pytest.mark.parametrize("mode", ["error", "down"])
def test_a_dead_wallet_is_told_and_a_person_follows(caller, mode):
    """Nothing is called right or wrong while nobody knows."""
    caller.line.put("wallet", {"mode": mode})
    asks_for_limits(caller).enters(LIN.number + "#").is_told("查不到记录", "cannot see the records")
    assert caller.talking_to


def test_nothing_keyed_about_a_person_is_stored_or_spoken(caller):
    """Number, tail, PIN and code are in no table and in no document."""
    asks_for_limits(caller)
    tries(caller, LIN, "135791")
    caller.proves(DANA)
    code = next(text["body"] for text in caller.line.get("sms"))
    secrets = [LIN.number, "21403X", "21403", DANA.number, DANA.tail, DANA.pin, "135791"]
    with begin_read(caller.line.app.extensions["line"].engine) as conn:
        ours = [table for name, table in metadata.tables.items() if name not in ("customers", "worlds")]
        stored = "\n".join(str(tuple(row)) for table in ours for row in conn.execute(sa.select(table)))
    everything = stored + "\n".join(caller.documents)
    assert [secret for secret in secrets if secret in everything] == []
    assert code not in everything


def test_of_the_number_that_rings_nothing_is_stored_in_the_clear_either(caller):
    """Not by the question that offers it, nor by the answer that takes it."""
    asks_for_limits(caller, LINS).proves(Person(RINGS, LIN.tail))
    assert passed(caller)
    with begin_read(caller.line.app.extensions["line"].engine) as conn:
        ours = [table for name, table in metadata.tables.items() if name not in ("customers", "worlds")]
        rows = [str(tuple(row)) for table in ours for row in conn.execute(sa.select(table))]
    assert [row for row in rows + caller.documents if LIN.number in row] == []


@requirement("R19")
def test_a_mobile_is_keyed_as_people_write_it_in_the_wallets_country(caller):
    """A wallet in Britain: eleven digits with a 0."""

    def moves_to_britain(world):
        world["wallets"][0]["calendar"] = "GB"
        world["customers"][1]["mobile"] = "+447400123456"

    caller.line.change_world(moves_to_britain)
    asks_for_limits(caller).proves(Person("07400123456", DANA.tail, DANA.pin))
    assert passed(caller)


def test_who_was_refused_three_times_is_not_told_again_what_to_key(caller):
    """A later task goes to a person at once: there is nothing left to key."""
    caller.line.put("agents", {"available": 0})
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    for _ in range(3):
        caller.enters("19900000051#").enters("000000#")
        caller.picks("电话服务密码", "phone PIN").enters("000000")
    caller.is_told("需要人工", "needs a person").picks("不用回电", "if not").picks("还有别的问题", "another question")
    caller.picks("充值与支付问题", "top-up and payment").picks("充值限额", "my limits")
    caller.is_told("需要人工", "needs a person").is_not_told("电话服务密码", "phone PIN")
