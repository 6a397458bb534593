"""Whatever is posted to the telephone side: refused, or a safe document; never a 5xx, never an echo, and the call goes
on.

`post` holds every answer to that.
"""

from __future__ import annotations

import pytest

from ivr.simulator.account.sids import new_sid
from tests.web.wire import PLACES, at_amount, at_main_menu, due, in_progress, play, post, ringing, spoken

ODD_SIDS = [
    "",
    "x" * 500,
    "CA/../1",
    "CA1'; DROP TABLE calls;--",
    "CA1<b>",
    "CA1&x",
    "CA\x00",
    "CA\udc80",
    "😀",
    "ＣＡ１",
    "CA 1",
    "CA\r\nX: y",
]
WRONG_KEYS = [
    "1" * 500,
    "12;DROP TABLE calls",
    "\x00",
    "1\x002",
    "😀",
    "<script>alert(1)</script>",
    "&amp;",
    "]]>",
    "{amount}",
    "\ud800",
    "\ufffd",
    "½",
    "٣",
    "-1",
    "+",
    "1.5",
    "A",
    "w",
    "None",
    "＜",
    "\u202e5",
    "你好",
    "1e3",
]


@pytest.mark.parametrize("missing", ["CallSid", "From", "To", "CallStatus"])
def test_a_form_that_lacks_something_is_answered_everywhere(line, missing):
    """Without a line it is not in service; without a caller it is withheld."""
    for path in PLACES:
        form = ringing()
        del form[missing]
        spoken(post(line, path, form | ({} if path.count("/") == 1 else {"CallSid": "CA1"})))
    spoken(post(line, "/voice", {}))


def test_an_odd_call_sid_is_answered_and_kept_nowhere(line):
    """Static words; a status notice of it leaves no call, and an address with one was never handed out."""
    for sid in ODD_SIDS:
        assert "抱歉" in spoken(post(line, "/voice", ringing(CallSid=sid))), sid
        assert "抱歉" in spoken(post(line, "/voice/fallback", ringing(CallSid=sid))), sid
        spoken(post(line, "/voice/status", {"CallSid": sid, "CallStatus": "completed"}))
    for sid in ("x" * 500, "CA1%00", "CA1%3Cb%3E", "CA1%26x", "%F0%9F%98%80", "%ED%A0%80", "CA%201", "CA1;x"):
        for rest in ("turns/1", "whisper/1", "whisper/1/answer"):
            assert post(line, f"/voice/calls/{sid}/{rest}", {"CallStatus": "completed"}).status_code == 404, sid
    assert_the_call_goes_on(line)


def test_wrong_keys_in_a_menu_are_a_wrong_key(line):
    """A fresh call each: the same question again, and then a right key."""
    for digits in WRONG_KEYS:
        caller = at_main_menu(line)
        assert "账户安全" in play(line, caller.sid, due(caller), Digits=digits), digits
        assert "信息咨询" in play(line, caller.sid, due(caller) + 1, Digits="#"), digits
        assert "限额与规则" in play(line, caller.sid, due(caller) + 2, Digits="5"), digits
        caller.hangs_up()


def test_wrong_keys_in_an_entry_are_a_wrong_entry(line):
    """Nothing of them is spoken back, and the entry can still be made."""
    for place, digits in enumerate(WRONG_KEYS, 10):
        caller = at_amount(line, from_=f"+86139000001{place}")
        turn = due(caller)
        assert 'finishOnKey="#"' in play(line, caller.sid, turn, Digits=digits), digits
        assert "六十八元五角" in play(line, caller.sid, turn + 1, Digits="68*50"), digits
        caller.hangs_up()


def test_wrong_keys_in_a_secret_entry_are_in_no_summary(line):
    """Number, document and code: what was keyed is nowhere in what the lab shows of the call."""
    for digits in WRONG_KEYS:
        caller = at_main_menu(line).picks("充值与支付问题", "").picks("充值限额", "")
        turn = due(caller)
        assert "<Gather" in play(line, caller.sid, turn, Digits=digits), digits
        assert len(digits) < 5 or digits not in str(line.get(f"calls/{caller.sid}")), digits


def test_full_width_digits_are_digits(line):
    """A gateway that writes １２ for 12 means 12."""
    caller = at_amount(line)
    turn = due(caller)
    assert "十二元" in play(line, caller.sid, turn, Digits="１２")
    caller = at_main_menu(line)
    assert "限额与规则" in play(line, caller.sid, due(caller), Digits="５")


@pytest.mark.parametrize(
    "form", [{}, {"Digits": ""}, {"Digits": "#"}, {"FinishedOnKey": "#"}, {"Digits": "", "FinishedOnKey": "#"}]
)
def test_every_variant_of_a_bare_pound_means_more_time(line, form):
    """In an entry: said again, thirty seconds, no error."""
    caller = at_amount(line)
    turn = due(caller)
    document = play(line, caller.sid, turn, **form)
    assert 'timeout="30"' in document and "请慢慢来" in document and "金额" in document


def test_repeated_digits_are_one_answer(line):
    """The first of them."""
    caller = at_main_menu(line)
    assert "限额与规则" in play(line, caller.sid, due(caller), Digits=["5", "1"])


def test_a_turn_that_is_no_number_is_no_page_and_one_too_early_gets_the_last_reply(line):
    """404 for what was never handed out; whatever number it is, the call stays where it was."""
    caller = at_main_menu(line)
    for turn in ("-1", "x", "1.5", "", "1/2", "0x1", "1e3", "%00", "+1", "None", "2%20", "0"):
        assert post(line, f"/voice/calls/{caller.sid}/turns/{turn}", in_progress(caller.sid)).status_code == 404, turn
    for turn in ("3", "199", "99999999999999999999", "9" * 400):
        assert play(line, caller.sid, turn, Digits="5") == caller.documents[-1]
    assert "限额与规则" in play(line, caller.sid, "%EF%BC%92", Digits="5")


def test_a_foreign_call_sid_is_refused(line):
    """The call in the address and the one in the form are the same, or it is nobody's turn."""
    caller, other = at_main_menu(line), at_main_menu(line)
    for sid in (other.sid, new_sid(), caller.sid.lower(), caller.sid + " ", ""):
        form = {"CallSid": sid, "CallStatus": "in-progress", "Digits": "1"}
        assert post(line, f"/voice/calls/{caller.sid}/turns/2", form).status_code == 403, sid
    caller.picks("信息咨询", "").is_told("限额与规则", "")


def test_a_turn_of_a_call_that_we_never_answered_ends_politely(line):
    """Words in both languages, and a hang-up; nothing is kept."""
    for turn in (1, 4, 10**30):
        sid = new_sid()
        document = play(line, sid, turn, Digits="1")
        assert "<Hangup" in document and "<Gather" not in document, turn
        assert line.app.test_client().get(f"/lab/calls/{sid}", base_url="http://127.0.0.1:5000").status_code == 404


def test_an_agent_s_leg_that_we_never_rang_is_let_go(line):
    """A whisper of no call, and odd keys instead of 1: hung up, never joined."""
    assert "<Hangup" in spoken(post(line, f"/voice/calls/{new_sid()}/whisper/1", in_progress("CA2")))
    caller = at_main_menu(line)
    for turn, digits in enumerate([*WRONG_KEYS, "", "#", "11", "2", "0", "*"], start=1):
        path = f"/voice/calls/{caller.sid}/whisper/{turn}/answer"
        assert "<Hangup" in spoken(post(line, path, in_progress("CA2", Digits=digits))), digits


def test_the_end_of_a_dial_that_was_none_is_no_answer(line):
    """Twilio's words for it, and others, at a menu: asked again, and nobody was joined."""
    for ended in ("completed", "answered", "busy", "", "<b>bold</b>", "😀", "x" * 500):
        caller = at_main_menu(line)
        assert "<Gather" in play(line, caller.sid, due(caller), DialCallStatus=ended), ended
        assert line.get(f"calls/{caller.sid}")["outcome"] is None


def test_a_huge_body_is_refused_or_harmless(line):
    """Much text, many parameters, a long name."""
    for form in ({"Big": "x" * 1_000_000}, {f"P{n}": "1" for n in range(20_000)}, {"x" * 300_000: "1"}):
        for path in PLACES:
            assert post(line, path, ringing() | form).status_code in (200, 403, 413)
    assert_the_call_goes_on(line)


def test_parameters_that_nobody_knows_are_welcome(line):
    """Twilio adds some without notice, in any language."""
    odd = {
        "FromCity": "上海",
        "CallerName": "\x00\ud800",
        "StirVerstat": "TN-Validation-Passed-A",
        "": "",
        "X" * 200: "😀",
    }
    assert "<Gather" in spoken(post(line, "/voice", ringing(**odd)))
    for status in ("", "queued", "COMPLETED", "<b>bold</b>", "\x00", "x" * 500):
        assert "<Gather" in spoken(post(line, "/voice", ringing(CallStatus=status)))


def assert_the_call_goes_on(line) -> None:
    """Another caller is answered as ever."""
    at_main_menu(line).picks("信息咨询", "").is_told("限额与规则", "")
