"""Who calls, and which line: withheld numbers, forwarded lines, lines that are nobody's."""

from __future__ import annotations

import pytest

from tests.call_flows.line import BORROWED, HAIYUN, LINFU, Caller
from tests.web.wire import post, ringing, spoken

WITHHELD = [
    "+266696687",
    "266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "anonymous",
    "Restricted",
    "unknown",
    "UNAVAILABLE",
    "private",
    "",
]


def test_a_withheld_number_is_nobody(line):
    """It is not remembered from one call to the next, and no tail of it is kept."""
    for number in WITHHELD:
        caller = Caller(line, "zh", repeat=False)
        caller.dials(HAIYUN, number).hears("普通话，请按一").presses("1").hangs_up()
        assert caller.report()["summary"]["caller"] is None, number


def test_a_caller_id_that_is_no_number_is_answered(line):
    """An address, a client's name, junk: whatever a carrier passes on."""
    for caller_id in (
        "sip:alice@example.com",
        "client:小王",
        "+",
        "+86",
        "９９９",
        "\x00",
        "x" * 500,
        "1; DROP TABLE calls",
    ):
        Caller(line, "zh", repeat=False).dials(HAIYUN, caller_id).hears("普通话，请按一").presses("1").presses(
            "0"
        ).hangs_up()


def test_a_number_is_remembered_by_its_language_and_its_tail(line):
    """The second call of the same telephone is not asked for a language; the other's is."""
    Caller(line, "en", repeat=False).calls(from_=BORROWED).hangs_up()
    again = Caller(line, "en", repeat=False)
    again.dials(HAIYUN, BORROWED).hears("press 1").does_not_hear("普通话，请按一")
    assert BORROWED not in str(again.hangs_up() and again.report())
    Caller(line, "zh", repeat=False).dials(HAIYUN, "+8613900000002").hears("普通话，请按一")


@pytest.mark.parametrize(
    "form, brand",
    [
        ({}, "海云"),
        ({"To": LINFU}, "邻付"),
        ({"ForwardedFrom": LINFU}, "邻付"),
        ({"To": LINFU, "ForwardedFrom": HAIYUN}, "海云"),
        ({"ForwardedFrom": f" {LINFU} "}, "邻付"),
        ({"ForwardedFrom": ""}, "海云"),
        ({"ForwardedFrom": "+8613800000000"}, "海云"),
        ({"ForwardedFrom": "anonymous"}, "海云"),
        ({"ForwardedFrom": "\x00😀" * 100}, "海云"),
        ({"To": "+19995550100", "ForwardedFrom": LINFU}, "邻付"),
        ({"To": LINFU, "ForwardedFrom": "+8613800000000"}, "邻付"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_line_that_was_dialled_chooses_the_wallet(line, form, brand):
    """`ForwardedFrom` is the line that was dialled; what is no line of ours leaves it to `To`."""
    document = spoken(post(line, "/voice", ringing(**form)))
    other = {"海云": "邻付", "邻付": "海云"}[brand]
    assert brand in document and other not in document


def test_an_unknown_line_is_answered_politely_and_ended(line):
    """In both languages; nothing is kept of it."""
    for to in ("+864000009999", "", "sip:line@example.com", "\x00", "％", HAIYUN[1:], HAIYUN + "0", "x" * 500):
        form = ringing(To=to)
        document = spoken(post(line, "/voice", form))
        assert "没有开通" in document and "not in service" in document and "<Hangup" in document, to
        address = f"/lab/calls/{form['CallSid']}"
        assert line.app.test_client().get(address, base_url="http://127.0.0.1:5000").status_code == 404
