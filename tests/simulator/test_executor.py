"""The simulator treats TwiML as Twilio does: keys, silence, agents, the end."""

from __future__ import annotations

import pytest

from tests.simulator.stub_app import en, zh

LINE = "+862155500100"
MENU = (
    '<Gather numDigits="1" finishOnKey="" action="/chosen">'
    + zh("充值，请按一。查询，请按二。")
    + "</Gather><Redirect>/quiet</Redirect>"
)
ENTRY = '<Gather action="/entered">' + zh("请输入号码。") + "</Gather><Redirect>/quiet</Redirect>"
DIAL = '<Dial action="/dialled" timeout="20"><Number url="/whisper">+8613911110001</Number></Dial>'
WHISPER = '<Gather numDigits="1" action="/whispered">' + zh("接听，请按一。不接，请按二。") + "</Gather><Hangup/>"


def test_a_menu_takes_one_key_and_a_hash_is_a_key(stub, caller):
    """With an empty finishOnKey every key is data."""
    stub.on("/voice", MENU).on("/chosen", zh("好。"))
    caller.dials(LINE).presses("#").hears("好")
    assert stub.forms("/chosen")[0]["Digits"] == "#"


def test_an_entry_is_sent_without_its_finish_key(stub, caller):
    """The key that ends an entry is not part of it."""
    stub.on("/voice", ENTRY).on("/entered", zh("收到。"))
    caller.dials(LINE).enters("13800138000#").hears("收到")
    assert stub.forms("/entered")[0]["Digits"] == "13800138000"


def test_an_entry_without_a_finish_key_is_sent_after_silence(stub, caller):
    """The time-out ends an entry that has begun."""
    stub.on("/voice", ENTRY).on("/entered", zh("收到。"))
    caller.dials(LINE).enters("138").hears("请输入")
    assert stub.forms("/entered") == []
    caller.waits().hears("收到")
    assert stub.forms("/entered")[0]["Digits"] == "138"


def test_silence_falls_through_to_the_next_verb(stub, caller):
    """Without input the action is not asked; the verb after the wait runs."""
    stub.on("/voice", MENU).on("/quiet", zh("不着急。"))
    caller.dials(LINE).waits().hears("不着急")
    assert stub.forms("/chosen") == []


def test_silence_reaches_the_action_when_the_document_asks_for_it(stub, caller):
    """actionOnEmptyResult sends an empty entry."""
    stub.on("/voice", '<Gather action="/entered" actionOnEmptyResult="true"/>')
    caller.dials(LINE).waits()
    assert stub.forms("/entered")[0]["Digits"] == ""


def test_a_bare_finish_key_is_silence(stub, caller):
    """`action` is not asked, the next verb runs, and no time passes [TwiML for Voice, <Gather> finishOnKey]."""
    stub.on("/voice", ENTRY).on("/quiet", zh("不着急。"))
    before = caller.dials(LINE).call.leg.clock
    caller.presses("#").hears("不着急")
    assert stub.forms("/entered") == []
    assert caller.call.leg.clock - before < 5


@pytest.mark.parametrize("form, digits", [("empty", ""), ("absent", None), ("hash", "#"), ("finished-on-key", "")])
def test_a_bare_finish_key_can_arrive_in_every_form(stub, caller, form, digits):
    """Some traces show that Twilio reports it after all, which is not documented, so a test can choose."""
    stub.on("/voice", ENTRY)
    caller.bare_hash = form
    caller.dials(LINE).presses("#")
    assert stub.forms("/entered")[0].get("Digits") == digits


def test_keys_typed_ahead_wait_for_the_next_gather(stub, caller):
    """One takes its digits, the rest is kept, and the interrupted words are not heard."""
    stub.on("/voice", MENU).on("/chosen", ENTRY).on("/entered", zh("收到。"))
    caller.dials(LINE).presses("2130000#").hears("收到").does_not_hear("请输入")
    assert (stub.forms("/chosen")[0]["Digits"], stub.forms("/entered")[0]["Digits"]) == ("2", "130000")


def test_an_agent_who_accepts_is_joined_to_the_caller(stub, caller):
    """The whisper runs on a leg of its own, and its end bridges the two legs."""
    stub.on("/voice", DIAL).on("/whisper", WHISPER).on("/whispered", "").on("/dialled", zh("再见。"))
    assert caller.dials(LINE).talking_to == "+8613911110001"
    caller.waits().hears("再见")
    asked = stub.forms("/whispered")[0]
    assert (asked["Digits"], asked["ParentCallSid"], asked["Direction"]) == ("1", caller.sid, "outbound-dial")
    assert asked["CallSid"] != caller.sid
    done = stub.forms("/dialled")[0]
    assert (done["DialCallStatus"], done["DialBridged"], done["DialCallSid"]) == ("completed", "true", asked["CallSid"])


@pytest.mark.parametrize(
    "behaviour, status",
    [("decline", "completed"), ("silent", "completed"), ("busy", "busy"), ("no-answer", "no-answer")],
)
def test_an_agent_who_does_not_come_is_reported_to_the_dial_action(stub, caller, behaviour, status):
    """An agent who answered and declined is `completed` for Twilio: the status does not tell who accepted."""
    stub.on("/voice", DIAL).on("/whisper", WHISPER).on("/whispered", "<Hangup/>").on("/dialled", zh("都在忙。"))
    caller.agents = behaviour
    caller.dials(LINE).hears("都在忙")
    done = stub.forms("/dialled")[0]
    assert (done["DialCallStatus"], done["DialBridged"], caller.talking_to) == (status, "false", "")


def test_a_sequential_dial_goes_on_to_the_next_number(stub, caller):
    """A busy agent is followed by the next one."""
    stub.on("/voice", '<Dial sequential="true"><Number>+8613911110001</Number><Number>+8613911110002</Number></Dial>')
    caller.agents = lambda number: "busy" if number.endswith("1") else "accept"
    assert caller.dials(LINE).talking_to == "+8613911110002"


def test_hanging_up_sends_the_status_and_no_digits(stub, caller):
    """A caller who leaves in the middle of an entry sends nothing but the status."""
    stub.on("/voice", ENTRY)
    caller.dials(LINE).presses("138").hangs_up()
    assert stub.forms("/entered") == []
    assert [form["CallStatus"] for form in stub.forms("/voice/status")] == ["completed"]


def test_the_end_of_a_document_ends_the_call(stub, caller):
    """The call ends when nothing is left to execute."""
    stub.on("/voice", zh("再见。"))
    assert caller.dials(LINE).over
    assert stub.forms("/voice")[0]["CallStatus"] == "ringing"


def test_a_rejected_call_was_never_answered(stub, caller):
    """Reject as the first verb leaves the line busy."""
    stub.on("/voice", '<Reject reason="busy"/>')
    assert caller.dials(LINE).over
    assert stub.forms("/voice/status")[0]["CallStatus"] == "busy"


def test_redirects_without_end_are_a_loop(stub, caller):
    """Redirects without anything heard do not go on forever."""
    stub.on("/voice", "<Redirect>/voice</Redirect>")
    with pytest.raises(AssertionError, match="in a row"):
        caller.dials(LINE)


def test_the_phone_finds_options_in_both_languages(stub, caller):
    """Labels come before keys, as words in Chinese and as digits in English."""
    stub.on(
        "/voice",
        "<Gather>"
        + zh('请选择。<break time="600ms"/>人工服务，请按零。<break time="600ms"/>重听，请按井号键。')
        + en("For English, press 9.")
        + "</Gather>",
    )
    caller.dials(LINE)
    assert [caller.option(label) for label in ("人工", "重听", "English")] == ["0", "#", "9"]
    assert caller.language == "zh"
    with pytest.raises(AssertionError, match="人工服务"):
        caller.option("冻结")


def test_hears_tells_what_was_heard_instead(stub, caller):
    """A failing dialogue shows the words."""
    stub.on("/voice", zh("请稍等。"))
    with pytest.raises(AssertionError, match="请稍等"):
        caller.dials(LINE).hears("再见")


def test_counting_keys_is_no_option(stub, caller):
    """「请按一次」 says how often, not which key."""
    stub.on(
        "/voice",
        "<Gather>"
        + zh("完成后请按一次井号键。小数点请按星号键。")
        + en("For a person, press zero. Press start when ready.")
        + "</Gather>",
    )
    assert [option.key for option in caller.dials(LINE).options] == ["*", "0"]


def test_leaving_while_talking_still_reports_the_dial(stub, caller):
    """The action is requested when the caller hangs up on the agent; its answer is discarded."""
    stub.on("/voice", DIAL).on("/whisper", WHISPER).on("/whispered", "").on("/dialled", ENTRY)
    assert caller.dials(LINE).hangs_up().over
    assert [(form["DialCallStatus"], form["CallStatus"]) for form in stub.forms("/dialled")] == [
        ("completed", "completed")
    ]
