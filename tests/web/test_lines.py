"""Who calls, and which line: withheld numbers, forwarded lines, lines that are nobody's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.engine.journal import calls
from ivr.storage.database import begin_read
from tests.call_flows.line import BORROWED, HAIYUN, LINFU, Caller
from tests.web.wire import post, ringing, spoken

SPELT_LINFU = [
    "864000000102",
    "00864000000102",
    "4000000102",
    "+86 400 000 0102",
    "sip:+864000000102@198.51.100.4:5060",
    "sip:4000000102@example.com",
    "tel:+86-400-000-0102",
]
WITHHELD = [
    "+266696687",
    "266696687",
    "+1266696687",
    "1266696687",
    "+7378742833",
    "7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "anonymous",
    "Anonymous",
    "Restricted",
    "unknown",
    "UNAVAILABLE",
    "private",
    "Private Number",
    "No Caller ID",
    "",
    "+",
    "0",
    "0000000000",
    "+00000000000",
    "+10000000000",
    "11111111111",
    "95001",
    "+86",
    "９９９９９９９９９９９",
    "+٨٦١٣٩٠٠٠٠٠٠٠١",
    "sip:anonymous@anonymous.invalid",
    "sip:Restricted@203.0.113.7",
    "sip:+266696687@example.com;user=phone",
    "sip:unknown@unknown.invalid",
    "sip:alice@example.com",
    "tel:0000000000",
    "client:lin",
]
SPELT = [
    "8613900000001",
    "008613900000001",
    "+86 139 0000 0001",
    "+86-139-0000-0001",
    "sip:+8613900000001@198.51.100.4:5060;transport=udp",
    "sips:8613900000001@example.com",
    "sip:%2B8613900000001@example.com",
    "tel:+86-139-0000-0001",
    "13900000001",
]


@pytest.mark.parametrize("number", WITHHELD)
def test_a_withheld_number_is_nobody(line, number):
    """It is not remembered from one call to the next, no mark is throttled under it, and no tail of it is kept."""
    caller = Caller(line, "zh", repeat=False)
    for _ in range(2):
        caller.dials(HAIYUN, number).hears("普通话，请按一").presses("2").hangs_up()
    assert caller.report()["summary"]["caller"] is None
    with begin_read(line.runtime.engine) as conn:
        assert set(conn.execute(sa.select(calls.c.caller_mark, calls.c.caller_sealed))) == {(None, None)}


@pytest.mark.parametrize("spelt", SPELT)
def test_a_caller_is_the_same_however_the_carrier_writes_the_number(line, spelt):
    """Known by the language chosen before, and by the same tail."""
    Caller(line, "en", repeat=False).calls(from_=BORROWED).hangs_up()
    again = Caller(line, "en", repeat=False)
    again.dials(HAIYUN, spelt).hears("press 1").does_not_hear("普通话，请按一").hangs_up()
    assert again.report()["summary"]["caller"] == BORROWED[-4:]


@pytest.mark.parametrize(
    "to, known", [("864000000101", "+13055550123"), ("4000000101", "+8613055550123"), (HAIYUN, "+13055550123")]
)
def test_a_number_without_its_plus_is_written_as_the_line_beside_it(line, to, known):
    """Eleven digits may be Miami or a mainland mobile: a carrier that writes its line as at home writes callers so
    too.
    """
    Caller(line, "en", repeat=False).calls(from_=known).hangs_up()
    Caller(line, "en", repeat=False).dials(to, "13055550123").hears("press 1").does_not_hear("普通话，请按一")


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
        *(({"To": spelt}, "邻付") for spelt in SPELT_LINFU),
        *(({"To": "+19995550100", "ForwardedFrom": spelt}, "邻付") for spelt in SPELT_LINFU),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_line_that_was_dialled_chooses_the_wallet(line, form, brand):
    """`ForwardedFrom` is the line that was dialled; what is no line of ours leaves it to `To`."""
    document = spoken(post(line, "/voice", ringing(**form)))
    other = {"海云": "邻付", "邻付": "海云"}[brand]
    assert brand in document and other not in document


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_wallet_lists_other_addresses_of_its_line(line):
    """What a carrier delivers instead of the number: a short number, an address in a company's own exchange."""
    others = ["95002", "sip:linfu@pbx.example.com", "+12025550199"]
    line.change_world(lambda world: world["wallets"][1].update(lines=others))
    for to in (*others, "sip:linfu@198.51.100.4:5060", "12025550199", "2025550199", LINFU):
        assert "邻付" in spoken(post(line, "/voice", ringing(To=to))), to
    for to in ("95003", "sip:haiyun@pbx.example.com"):
        assert "没有开通" in spoken(post(line, "/voice", ringing(To=to))), to


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_spelling_that_two_wallets_share_is_neithers(line):
    """Without its country code such a number could be either's; with it, it is one's."""

    def same_digits(world):
        world["wallets"][0]["line"], world["wallets"][1]["line"] = "+12025550100", "+862025550100"

    line.change_world(same_digits)
    assert "没有开通" in spoken(post(line, "/voice", ringing(To="2025550100")))
    assert "海云" in spoken(post(line, "/voice", ringing(To="12025550100")))
    assert "邻付" in spoken(post(line, "/voice", ringing(To="862025550100")))


def test_an_unknown_line_is_answered_politely_and_ended(line):
    """In both languages; nothing is kept of it."""
    for to in ("+864000009999", "", "sip:line@example.com", "\x00", "％", HAIYUN[2:], HAIYUN + "0", "x" * 500):
        form = ringing(To=to)
        document = spoken(post(line, "/voice", form))
        assert "没有开通" in document and "not in service" in document and "<Hangup" in document, to
        address = f"/lab/calls/{form['CallSid']}"
        assert line.app.test_client().get(address, base_url="http://127.0.0.1:5000").status_code == 404
