"""The telephone side under bad input: refused, or a safe re-prompt; never a 5xx, never an echo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.simulator.executor import new_sid
from tests.call_flows.line import HAIYUN, LINFU, Caller, Line
from tests.web.wire import post, ringing, spoken

PLACES = [
    "/voice",
    "/voice/calls/CA1/turns/1",
    "/voice/status",
    "/voice/fallback",
    "/voice/calls/CA1/whisper/1",
    "/voice/calls/CA1/whisper/1/answer",
]
WEIRD = [
    "#",
    "1" * 500,
    "１２",
    "12;DROP TABLE calls",
    "\x00",
    "1\x002",
    "😀",
    "<script>",
    "\ufffd",
    "½",
    "-1",
    "A",
    " ",
    "**",
]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("signature", ["", "x", "ünïcode", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_missing_or_forged_signature_is_refused_everywhere(line, path, signature):
    """403 and no TwiML."""
    answer = post(line, path, ringing(), signature=signature)
    assert answer.status_code == 403 and "<Response>" not in answer.text


@pytest.mark.parametrize("path", PLACES)
def test_another_token_signs_nothing(line, path):
    """A signature of somebody else's account."""
    assert post(line, path, ringing(), token="other").status_code == 403


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_posts_are_webhooks(line, path, method):
    """405, signed or not."""
    assert post(line, path, ringing(), method=method).status_code == 405


def test_a_tampered_form_or_query_is_refused(line):
    """The signature covers both."""
    form, base = ringing(), line.settings.public_base_url
    from twilio.request_validator import RequestValidator

    right = RequestValidator(line.settings.twilio_auth_token).compute_signature(base + "/voice", form)
    assert post(line, "/voice", form | {"To": LINFU}, signature=right).status_code == 403
    assert post(line, "/voice?x=1", form, signature=right).status_code == 403
    assert post(line, "/voice", form, signature=right).status_code == 200


def test_a_replayed_request_gets_the_stored_reply(line):
    """The same bytes, and nothing happens twice."""
    form = ringing()
    assert spoken(post(line, "/voice", form)) == spoken(post(line, "/voice", form))


def test_forwarded_headers_change_nothing(line):
    """The public address is ours to say."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert "evil" not in spoken(post(line, "/voice", ringing(), headers=headers))


def test_a_query_with_escapes_and_repeated_parameters_is_signed_as_it_came(line):
    """The raw target counts; each distinct value of a name is signed."""
    form = ringing(SipHeader=["b", "a"])  # type: ignore[arg-type]
    spoken(post(line, "/voice?name=%E4%BD%A0%3A%2F&x=1", form))


def test_the_account_is_checked_when_there_is_one(line):
    """A webhook of another account is refused though the signature fits."""
    account = "AC" + "1" * 32
    line.settings = replace(line.settings, twilio_account_sid=account, lab=True)
    line.restart()
    assert post(line, "/voice", ringing(AccountSid="AC" + "2" * 32)).status_code == 403
    spoken(post(line, "/voice", ringing(AccountSid=account)))


@pytest.mark.parametrize("missing", ["CallSid", "From", "To", "CallStatus"])
def test_a_form_that_lacks_something_is_answered(line, missing):
    """Without a line it is not in service; without a caller it is withheld; never an error."""
    form = ringing()
    del form[missing]
    spoken(post(line, "/voice", form))


@pytest.mark.parametrize("sid", ["", "x" * 500, "CA/../1", "CA1'; DROP TABLE calls;--", "CA\x00", "😀"])
def test_an_odd_call_sid_is_answered_and_kept_nowhere(line, sid):
    """A static answer."""
    assert "CA1'" not in spoken(post(line, "/voice", ringing(CallSid=sid)))


def at_main_menu(line: Line) -> Caller:
    """A call that waits at the main menu."""
    return Caller(line, "zh", repeat=False).calls()


@pytest.mark.parametrize("digits", WEIRD)
def test_weird_digits_in_a_menu_are_a_wrong_key_and_the_call_goes_on(line, digits):
    """Whatever comes instead of a key."""
    caller = at_main_menu(line)
    path = f"/voice/calls/{caller.sid}/turns/2"
    text = spoken(post(line, path, {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": digits}))
    assert "<Gather" in text
    text = spoken(
        post(
            line,
            f"/voice/calls/{caller.sid}/turns/3",
            {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": "5"},
        )
    )
    assert "<Gather" in text


@pytest.mark.parametrize("digits", WEIRD)
def test_weird_digits_in_an_entry_are_a_wrong_entry(line, digits):
    """And nothing of them is spoken back."""
    caller = (
        at_main_menu(line).picks("充值与支付问题", "").picks("充值没有成功", "").picks("不清楚", "").picks("银行卡", "")
    )
    turn = len(caller.documents)
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": digits}
    assert "<Gather" in spoken(post(line, f"/voice/calls/{caller.sid}/turns/{turn}", form))


@pytest.mark.parametrize(
    "form", [{}, {"Digits": ""}, {"Digits": "#"}, {"FinishedOnKey": "#"}, {"Digits": "", "FinishedOnKey": "#"}]
)
def test_every_variant_of_a_bare_pound_means_the_same(line, form):
    """In an entry: more time."""
    caller = (
        at_main_menu(line).picks("充值与支付问题", "").picks("充值没有成功", "").picks("不清楚", "").picks("银行卡", "")
    )
    turn = len(caller.documents)
    text = spoken(
        post(
            line,
            f"/voice/calls/{caller.sid}/turns/{turn}",
            {"CallSid": caller.sid, "CallStatus": "in-progress", **form},
        )
    )
    assert 'timeout="30"' in text and "请慢慢来" in text


@pytest.mark.parametrize("turn", ["99999999999999999999", "-1", "x", "1.5", ""])
def test_a_turn_that_is_no_number_is_no_page_and_a_huge_one_is_too_early(line, turn):
    """404 for what we never handed out; the last reply for a number."""
    caller = at_main_menu(line)
    answer = post(line, f"/voice/calls/{caller.sid}/turns/{turn}", {"CallSid": caller.sid, "CallStatus": "in-progress"})
    assert answer.status_code == (200 if turn.isdigit() else 404)


def test_a_foreign_call_sid_is_refused(line):
    """The call in the address and the one in the form are the same."""
    caller = at_main_menu(line)
    form = {"CallSid": new_sid(), "CallStatus": "in-progress", "Digits": "1"}
    assert post(line, f"/voice/calls/{caller.sid}/turns/2", form).status_code == 403


def test_a_turn_of_a_call_that_we_never_answered_ends_politely(line):
    """Words, and a hang-up."""
    sid = new_sid()
    text = spoken(
        post(line, f"/voice/calls/{sid}/turns/4", {"CallSid": sid, "CallStatus": "in-progress", "Digits": "1"})
    )
    assert "<Hangup" in text


def test_a_huge_body_is_refused_and_not_read(line):
    """413 at most."""
    assert post(line, "/voice", ringing(Big="x" * 1_000_000)).status_code in (403, 413)


@pytest.mark.parametrize("caller_id", ["+266696687", "+8656696", "+86282452253", "anonymous", "Restricted", ""])
def test_a_withheld_number_is_nobody(line, caller_id):
    """It is not remembered, and no tail of it is kept."""
    for _ in range(2):
        caller = Caller(line, "zh", repeat=False)
        caller.dials(HAIYUN, caller_id).hears("普通话，请按一").presses("1").hangs_up()
        assert caller.report()["summary"]["caller"] is None


def test_a_forwarded_number_chooses_the_wallet(line):
    """`ForwardedFrom` is the line that was dialled; what is no line leaves it to `To`."""
    assert "邻付" in spoken(post(line, "/voice", ringing(ForwardedFrom=LINFU)))
    assert "海云" in spoken(post(line, "/voice", ringing(ForwardedFrom="+8613800000000")))


def test_an_unknown_line_is_answered_politely_and_ended(line):
    """In both languages."""
    text = spoken(post(line, "/voice", ringing(To="+864000009999")))
    assert "没有开通" in text and "not in service" in text and "<Hangup" in text


def test_every_address_carries_overrides_and_every_gather_a_way_for_silence(line):
    """In every document of a long call."""
    caller = at_main_menu(line)
    for keys in ("2", "1", "5", "1", "300#", "1", "1", "#", "13700000000#", "123456", "1", "000000", "0"):
        caller.presses(keys) if not caller.over else None
    for document in caller.documents:
        addresses = document.count("https://") + document.count("http://")
        assert document.count("#rc=2&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=9500&amp;tt=15000") == addresses
        assert document.count("<Gather") <= document.count("<Redirect") + document.count("/answer")
