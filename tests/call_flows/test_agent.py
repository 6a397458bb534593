"""A person: who is rung, what they hear, and what happens when nobody comes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.checks.speech_timeline import length
from ivr.speech import LANGUAGES
from ivr.speech.catalogue import FOLDER
from tests.call_flows.line import HAIYUN, LIN, LINFU, Caller
from tests.call_flows.test_freeze import gives, wants_a_freeze
from tests.call_flows.test_top_up import FAILURES, add_top_up, reports

requirement = pytest.mark.requirement
NIGHT = "2026-11-23T22:30:00+08:00"


def wants_callback(caller: Caller, number: str = "13700000000") -> Caller:
    """From the offer to the read-back of the number."""
    return caller.wants_a_call_back(number)


def whispered(caller: Caller) -> str:
    """The one document that an agent heard after key 1."""
    return on_agents_leg(caller, "/answer")


def on_agents_leg(caller: Caller, path: str = "") -> str:
    """What the line answered at the agent's leg; a repeated request got the same."""
    address = re.compile(rf"/whisper/[0-9]+{path}(#|$)")
    (document,) = {answer.body.decode() for url, _form, answer in caller.webhooks.log if address.search(url)}
    return document


def spoken_tail(caller: Caller, reference: str) -> str:
    """The last four digits as they are said."""
    return LANGUAGES[caller.lang].digits(reference[-4:], "tail")


@requirement("R3")
def test_a_person_is_two_keys_away(caller):
    """Zero at any menu; the caller is told to stay on the line."""
    caller.calls().presses("0").is_told("正在为您转接人工", "connecting you to a person")
    assert caller.talking_to
    caller.waits()
    assert caller.over and caller.report()["outcome"] == "transferred"


def test_callers_are_promised_what_the_agent_is_told_and_no_more(caller):
    """A short summary, which is spoken to the agent; nobody is said to see what may be on no screen."""
    reports(caller.calls(), "800", "1121").proves(LIN).presses("0")
    caller.is_told("简单告诉客服", "I'll give them a short summary first")
    spoken = "".join(ET.fromstring(whispered(caller)).itertext())
    assert all(
        part in spoken
        for part in (("八百元", "还在确认") if caller.lang == "zh" else ("eight hundred", "still being confirmed"))
    )
    seen = {"zh": r"(客服|人工)[^。]*看", "en": r"(?i)\b(they|agents?|staff|person|people)\b( \w+)? sees?\b"}
    catalogue = SpokenCatalogue.load(FOLDER)
    said = {message: " ".join(catalogue.texts(message, caller.lang)) for message in catalogue.ids}
    assert {message: text for message, text in said.items() if re.search(seen[caller.lang], text)} == {}


@requirement("R3", "R24")
def test_agents_are_rung_one_after_the_other_until_one_accepts(caller):
    """Busy, no answer and a decline go on to the next."""
    caller.line.put("agents", {"available": 4})
    answers = iter(["busy", "no-answer", "decline", "accept"])
    told: dict[str, str] = {}
    caller.agents = lambda number: told.setdefault(number, next(answers))
    caller.calls().presses("0")
    assert len(set(caller.rung)) == 4 and caller.talking_to == caller.rung[-1]


@requirement("R4")
@pytest.mark.parametrize("answer", ["decline", "busy", "no-answer"])
def test_when_nobody_accepts_the_caller_is_back_and_offered_a_callback(caller, answer):
    """Never a dead end."""
    caller.agents = answer
    caller.calls().presses("0").is_told("没有客服可以接听", "No agent can take").is_told("给您回电", "call you back")
    wants_callback(caller).is_told("幺三七，零零零零，零零零零", "one three seven, zero zero zero zero")
    caller.picks("是的", "yes").is_told("已经登记", "It is noted")
    (callback,) = caller.line.get("callbacks")
    assert callback["number"] == "+8613700000000" and callback["call"] == caller.sid
    assert callback["summary"]["wallet"] == "haiyun"
    assert caller.report()["outcome"] == "callback"


@requirement("R4", "R7")
def test_when_closed_the_callback_is_at_the_next_opening(caller):
    """The time is spoken; nobody is rung."""
    caller.line.put("clock", {"now": NIGHT})
    caller.calls().presses("0").is_told("明天上午九点", "tomorrow at nine A M")
    wants_callback(caller).picks("是的", "yes").is_told("明天上午九点", "tomorrow at nine A M")
    (callback,) = caller.line.get("callbacks")
    assert callback["slot"] == "2026-11-24T09:00:00+08:00" and caller.rung == []


@pytest.mark.parametrize(
    "now, dialled, opened",
    [
        ("2026-11-28T12:00:00+08:00", LINFU, False),
        ("2026-10-10T12:00:00+08:00", LINFU, True),
        ("2026-10-01T12:00:00+08:00", HAIYUN, True),
        ("2026-10-01T17:00:00+08:00", HAIYUN, False),
        ("2026-11-23T09:00:00+08:00", HAIYUN, True),
        ("2026-11-23T21:00:00+08:00", HAIYUN, False),
    ],
)
@requirement("R7")
def test_hours_holidays_and_make_up_days_decide_whether_anybody_is_rung(caller, now, dialled, opened):
    """A Saturday, a Saturday that is worked, a holiday, and the edges of a day."""
    caller.line.put("clock", {"now": now})
    caller.calls(dialled).presses("0")
    assert bool(caller.talking_to) is opened


@requirement("R4")
def test_without_agents_on_duty_a_callback_is_offered(caller):
    """Open, but nobody is there; that they are all on calls would not be true."""
    caller.line.put("agents", {"available": 0})
    caller.calls().presses("0").is_told("给您回电", "call you back")
    caller.is_told("没有客服可以接听", "No agent can take").is_not_told("通话中", "on calls")


@requirement("R4")
def test_when_nobody_knows_when_people_are_back_no_time_is_promised(caller):
    """No hours within a year: the callback is noted, and not for soon."""
    never = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"), "closed")
    caller.line.change_world(lambda world: [wallet.update(hours=never) for wallet in world["wallets"]])
    caller.calls().presses("0").is_told("没有客服可以接听", "No agent can take")
    wants_callback(caller).picks("是的", "yes").is_told("已经登记", "It is noted")
    caller.is_told("还不能确定回电的时间", "cannot say yet when").is_not_told("尽快", "soon")
    assert [one["slot"] for one in caller.line.get("callbacks")] == [None]


@pytest.mark.parametrize(
    "keyed, number",
    [
        ("13700000000", "+8613700000000"),
        ("02155550100", "+862155550100"),
        ("12025550199", "+12025550199"),
        ("8613700000000", "+8613700000000"),
    ],
)
def test_a_number_is_taken_as_people_key_it(caller, keyed, number):
    """A mobile, a landline with its zero, a plus-one number, a country code."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0"), keyed).picks("是的", "yes")
    assert [one["number"] for one in caller.line.get("callbacks")] == [number]


@pytest.mark.parametrize("keyed", ["442071838750", "12300000000", "00442071838750"])
def test_a_number_that_is_not_called_back_is_refused_politely(caller, keyed):
    """Another country's, or nobody's: another number may be given."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0"), keyed).is_told("请换一个号码", "use another one")
    wants_callback(caller).picks("是的", "yes")
    assert len(caller.line.get("callbacks")) == 1


def test_a_wrong_number_is_keyed_again_after_no(caller):
    """Nothing is promised before the yes."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0"), "13700000001").picks("不是", "no")
    wants_callback(caller, "13700000002").picks("是的", "yes")
    assert [one["number"] for one in caller.line.get("callbacks")] == ["+8613700000002"]


def test_who_hangs_up_before_the_yes_is_not_called_back(caller):
    """A draft is no promise."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0")).hangs_up()
    assert caller.line.get("callbacks") == []
    assert caller.report()["outcome"] == "abandoned"


@requirement("R4")
def test_a_callback_is_taken_without_typing_ahead(caller):
    """Keys that came with the number confirm nothing: the read-back is heard first."""
    caller.line.put("agents", {"available": 0})
    caller.calls().presses("0").picks("需要回电", "call back").picks("不是", "no")
    url = caller.webhooks.resolve("", ET.fromstring(caller.documents[-1].encode()).find("Gather").get("action"))
    caller.webhooks.deliver(url, caller.call.leg.parameters | {"Digits": "13700000000#1"})
    assert "幺三七" in caller.documents[-1] or "one three seven" in caller.documents[-1]
    assert caller.line.get("callbacks") == []


@requirement("R4", "R7")
@pytest.mark.parametrize("now, slot", [("20:30", "2026-11-23T20:45:00+08:00"), ("20:45", "2026-11-24T09:00:00+08:00")])
def test_nobody_is_promised_a_call_after_closing_time(caller, now, slot):
    """A quarter of an hour before the end is too late for today."""
    caller.line.put("agents", {"available": 0})
    caller.line.put("clock", {"now": f"2026-11-23T{now}:00+08:00"})
    wants_callback(caller.calls().presses("0")).picks("是的", "yes")
    assert [one["slot"] for one in caller.line.get("callbacks")] == [slot]


@requirement("R4")
def test_after_a_callback_was_taken_the_line_helps_with_something_else_or_says_goodbye(caller):
    """A menu, not the end: the main menu again, and only then the reminder."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0")).picks("是的", "yes").is_told("已经登记", "It is noted")
    caller.is_told("还需要别的帮助吗", "anything else")
    caller.picks("还有别的问题", "another question").is_told("账户安全，请按一", "account security, press 1")
    caller.picks("信息咨询", "information").picks("官方渠道", "official channels").picks("是的", "yes")
    caller.picks("结束通话", "end the call").is_told("再见", "Goodbye")
    assert caller.over and caller.report()["outcome"] == "callback"


@requirement("R4")
def test_who_wants_no_callback_is_not_sent_away(caller):
    """They may still ask the line."""
    caller.line.put("agents", {"available": 0})
    caller.calls().presses("0").picks("不用回电", "if not").is_told("还需要别的帮助吗", "anything else")
    caller.picks("还有别的问题", "another question").is_told("账户安全，请按一", "account security, press 1")


@requirement("R4")
def test_a_callback_is_taken_once_a_call(caller):
    """Zero again, and still nobody is free: the callback that is noted is told, and no second one is offered."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0")).picks("是的", "yes").presses("0")
    caller.is_told("已经为您登记过回电", "already noted").is_not_told("需要回电", "For a call back")
    assert len(caller.line.get("callbacks")) == 1


@requirement("R3")
def test_who_took_a_callback_still_gets_a_person_when_one_is_there(caller):
    """Nobody is held to the callback."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0")).picks("是的", "yes")
    caller.line.put("agents", {"available": 1})
    caller.presses("0")
    assert caller.talking_to


@requirement("R4")
def test_who_is_silent_after_a_callback_hears_goodbye(caller):
    """No second round of offers."""
    caller.line.put("agents", {"available": 0})
    wants_callback(caller.calls().presses("0")).picks("是的", "yes").waits().waits().waits().is_told("再见", "Goodbye")
    assert caller.over and len(caller.line.get("callbacks")) == 1


@requirement("R4")
def test_a_wish_for_a_person_is_not_resolved_by_an_earlier_yes(caller):
    """One question was solved; for the next nobody came."""
    caller.line.put("agents", {"available": 0})
    caller.calls().picks("信息咨询", "information").picks("官方渠道", "official channels").picks("是的", "yes")
    caller.picks("还有别的问题", "another question").presses("0").picks("不用回电", "if not").hangs_up()
    assert caller.report()["outcome"] == "abandoned"


@requirement("R3", "R4")
@pytest.mark.parametrize("answer", ["silent", "hangs-up", "keys:2", "keys:5", "keys:0", "failed"])
def test_only_a_one_accepts(caller, answer):
    """An answering machine, another key, an agent who hangs up: the caller is not joined to it."""
    caller.agents = answer
    caller.calls().presses("0").is_told("给您回电", "call you back")
    assert not caller.talking_to


def test_an_agent_who_only_answers_has_not_accepted(caller):
    """What was keyed in the whisper decides, never how the leg ended: it was answered and completed."""
    caller.agents = "decline"
    caller.calls().presses("0").is_told("给您回电", "call you back")
    forms = [form for _, form, _ in caller.webhooks.log if "DialCallStatus" in form]
    assert forms and forms[-1]["DialCallStatus"] in ("completed", "answered", "no-answer")
    caller.hangs_up()
    assert caller.report()["outcome"] == "abandoned"


@requirement("R24")
@pytest.mark.parametrize("pressed", ["accept", "decline", "keys:", "keys:#"])
def test_nothing_about_the_caller_is_said_before_the_agent_accepts(caller, pressed):
    """A voice mailbox answers, presses nothing and records: it hears that the wallet's line has a call, and no more."""
    caller.agents = pressed
    reports(caller.calls(), "800", "1121").proves(LIN).presses("0")
    announced = {"zh": ["海云钱包有来电。", "接听，请按一"], "en": ["A call for Haiyun Wallet.", "To take it, press 1"]}
    assert list(ET.fromstring(on_agents_leg(caller)).itertext()) == announced[caller.lang]
    after = on_agents_leg(caller, "/answer") if pressed != "keys:" else ""
    summary = (
        "短信已验证" if caller.lang == "zh" else "Text code verified",
        "八百元" if caller.lang == "zh" else "eight hundred",
    )
    assert [part in after for part in summary] == [pressed == "accept"] * 2
    assert bool(caller.talking_to) == (pressed == "accept")


@requirement("R24")
@pytest.mark.parametrize("code", [code for code, _, _ in FAILURES])
def test_the_whisper_is_short_and_says_what_was_found(caller, code):
    """Twelve seconds at most, heard by the agent only, in the caller's language."""
    add_top_up(caller, code=code, amount=123456)
    reports(caller.calls(), "1234*56", "1122").proves(LIN).presses("0")
    assert length(whispered(caller)) <= 12
    said = caller.whispers[0]
    assert ("短信已验证" in said) == (caller.lang == "zh") and ("Text code" in said) == (caller.lang == "en")
    assert "请按一" in said or "press 1" in said
    assert said not in caller.everything_heard


@requirement("R24")
@pytest.mark.parametrize("fen", [7777777, 777777777])
@pytest.mark.parametrize("noted", [False, True])
def test_the_longest_whisper_is_short_enough(caller, fen, noted):
    """A large amount, a fault of ours and a case, with a voice note or its number; an earlier case is left to the
    screen.
    """
    add_top_up(caller, amount=fen, code="SYSTEM_ERROR")
    reports(caller.calls(), "800", "1121").proves(LIN).picks("不用补充", "skip it")
    caller.picks("是的", "yes").picks("还有别的问题", "another question")
    reports(caller, f"{fen // 100}*{fen % 100:02d}", "1122").is_known()
    if noted:
        caller.picks("录一段说明", "record one").speaks(57).presses("#")
    caller.presses("0")
    assert length(whispered(caller)) <= 12
    (_, case) = caller.line.get("cases")
    tail, note = (
        spoken_tail(caller, case["reference"]),
        "语音五十七秒" if caller.lang == "zh" else "voice note, fifty-seven",
    )
    assert (tail in caller.whispers[0], note in caller.whispers[0]) == (not noted, noted)


@requirement("R24")
def test_a_freeze_before_a_long_matter_leaves_the_whisper_short(caller):
    """Frozen, then a large top-up with its reason and a case: what is safe is said, the rest is left to the screen."""
    add_top_up(caller, amount=7777777, code="SYSTEM_ERROR")
    gives(wants_a_freeze(caller.calls()), LIN).presses("1").presses("**")
    reports(caller, "77777*77", "1122").proves(LIN).presses("0")
    assert length(whispered(caller)) <= 12
    assert ("账户已冻结" if caller.lang == "zh" else "account is frozen") in caller.whispers[0]
    assert ("七角七分" if caller.lang == "zh" else "point seven seven") in caller.whispers[0]


@requirement("R24")
def test_the_whisper_keeps_the_fen_of_amounts_that_people_have(caller):
    """Only from a hundred thousand yuan on are they left to the screen."""
    reports(caller.calls(), "99999*99").proves(LIN).presses("0")
    assert ("九角九分" if caller.lang == "zh" else "point nine nine") in caller.whispers[0]


def test_an_unverified_caller_is_announced_as_such(caller):
    """The agent must ask."""
    caller.calls().picks("优惠与奖励", "promotions").presses("0")
    assert ("未验证" in caller.whispers[0]) == (caller.lang == "zh")
    assert ("Not verified" in caller.whispers[0]) == (caller.lang == "en")


@requirement("R5")
def test_a_stolen_account_has_the_highest_priority(caller):
    """Three keys, then a person, with the priority in the summary."""
    caller.calls().picks("账户安全", "account security").picks("账户被盗", "stolen").presses("0#")
    assert caller.talking_to
    assert caller.report()["summary"]["priority"] == "high"
