"""What Twilio would refuse, or would not say as meant, is named."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml.validation import check
from tests.simulator.stub_app import en, zh


def _response(body: str) -> str:
    return f"<Response>{body}</Response>"


@pytest.mark.parametrize(
    "body, said",
    [
        ("<Shout>hi</Shout>", "<Shout> is not allowed"),
        ("<say>hi</say>", "<say> is not allowed"),
        ("<Say>hi</Say>", "needs voice"),
        ('<Say voice="Polly.Joanna">hi</Say>', "needs language"),
        ('<Pause seconds="3"/>', "no attribute seconds"),
        ('<Gather numDigits="0"/>', "numDigits='0'"),
        ('<Gather finishOnKey="##"/>', "finishOnKey"),
        ('<Gather timeout="٣"/>', "timeout"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "<Redirect> is not allowed in <Gather>"),
        ('<Gather><Play digits="1"/></Gather>', "digits inside"),
        ('<Gather action="/x#rc=9"/>', "11243"),
        ('<Gather action="/x#rp=often"/>', "11243"),
        ("<Dial/>", "dials nobody"),
        ("<Dial><Number>agent</Number></Dial>", "no telephone number"),
        ("<Dial>" + "<Number>+8613911110001</Number>" * 11 + "</Dial>", "more than ten"),
        ("<Redirect>/x</Redirect><Hangup/>", "never reached"),
        ('<Dial action="/x">+8613911110001</Dial><Hangup/>', "never reached"),
        ("<Pause/><Reject/>", "first verb"),
        ("hello", "words stand outside"),
        ("<Hangup/>hello", "words stand after"),
        (zh("余额是100元"), "holds 0 1"),
        (zh("余额是￥一百"), "holds ￥"),
        (zh("按<prosody rate='75%'>井#</prosody>键"), "holds #"),
        (zh("好" * 501), "13521"),
        (en("a " * 1200), "13521"),
        (zh(" "), "says nothing"),
        (zh("好").replace("Polly.Zhiyu", "Polly.Joanna"), "does not speak"),
        (zh("<b>好</b>"), "<b> is not allowed in <Say>"),
    ],
)
def test_a_faulty_document_is_named(body, said):
    """Each fault has its sentence."""
    assert any(said in problem for problem in check(_response(body))), check(_response(body))


@pytest.mark.parametrize(
    "xml, code",
    [
        ("<Response>", "12100"),
        ("<Reply/>", "12102"),
        ("<!DOCTYPE x><Response/>", "12100"),
        ("<Response>" + " " * 65536 + "</Response>", "11750"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(xml, code):
    """Malformed, of another root, or larger than 64 kB."""
    assert check(xml)[0].startswith(code)


@pytest.mark.parametrize(
    "body",
    [
        "",
        zh('请选择。<break time="600ms"/>充值，请按一。') + en("Balance: 100 yuan."),
        zh('请说<lang xml:lang="en-US">PIN 2</lang>。'),
        '<Gather input="dtmf" numDigits="1" finishOnKey=""'
        ' action="/x?a=1#rc=2&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=9500&amp;tt=15000">'
        + zh("好")
        + "</Gather><Redirect/>",
        '<Dial action="/d"><Number url="/w">+8613911110001</Number></Dial>',
        zh("好" * 500),
    ],
)
def test_a_good_document_has_no_problems(body):
    """What the app needs is allowed."""
    assert check(_response(body)) == []


def test_an_agent_cannot_be_made_to_dial_in_a_whisper():
    """A whisper plays, asks or hangs up; it does not ring anybody (13201)."""
    dial = _response("<Dial>+8613911110001</Dial>")
    assert check(dial, "call") == []
    assert check(dial, "whisper")
    assert check(_response("<Leave/>"), "whisper")
    assert check(_response("<Leave/>"), "wait") == []
