"""What keys mean, which numbers are rung at all, and how a number is read back."""

from __future__ import annotations

import pytest

from ivr.speech import LANGUAGES
from ivr.telephony.numbers import candidates, country, has_wrong_length, may_be_rung, readings

MIAMI, MOBILE = "+13055550123", "+8613055550123"
"""Both are keyed as 13055550123."""


@pytest.mark.parametrize(
    "keys, caller, meant",
    [
        ("14155550132", None, ["+14155550132"]),
        ("0014155550132", None, ["+14155550132"]),
        ("0014155550132", "+8613900000001", ["+14155550132"]),
        ("4155550132", "+14155550199", ["+14155550132"]),
        ("4155550132", "+16045550199", ["+14155550132"]),
        ("4155550132", "+8613900000001", []),
        ("13700000000", None, ["+8613700000000"]),
        ("13700000000", "+14155550199", ["+8613700000000"]),
        ("8613700000000", None, ["+8613700000000"]),
        ("008613700000000", "+14155550199", ["+8613700000000"]),
        ("0118613700000000", "+14155550199", ["+8613700000000"]),
        ("02155550100", None, ["+862155550100"]),
        ("862155550100", None, ["+862155550100"]),
        ("442071838750", None, ["+442071838750"]),
        ("00442071838750", None, ["+442071838750"]),
        ("13055550123", "+8613900000001", [MOBILE]),
        ("13055550123", "+12025550151", [MIAMI]),
        ("13055550123", "+16045550199", [MIAMI]),
        ("13055550123", None, [MOBILE, MIAMI]),
        ("13055550123", "+442071838750", [MOBILE, MIAMI]),
        ("0013055550123", "+8613900000001", [MIAMI]),
        ("12300000000", None, []),
        ("0000000000", None, []),
        ("1370000000", None, []),
    ],
)
def test_keys_are_read_in_the_callers_country_then_the_wallets_then_abroad(keys, caller, meant):
    """Never a number that happens to come out when `+86` is put before the keys."""
    assert readings(keys, "CN", caller) == meant


def test_a_wallet_in_another_country_reads_its_local_numbers():
    """Ten digits in New York, eleven with a 0 in London."""
    assert readings("2125550123", "US", None) == ["+12125550123"]
    assert readings("02071838750", "GB", None) == ["+442071838750"]
    assert candidates("07400123456", "GB") == ["+447400123456", "07400123456"]


@pytest.mark.parametrize(
    "keys, wrong",
    [
        ("1370000000", True),
        ("137000000000", True),
        ("4155550132", True),
        ("123456", True),
        ("0014155550", True),
        ("12300000000", False),
        ("0012645550100", False),
    ],
)
def test_a_wrong_length_is_distinguished_from_an_unknown_number(keys, wrong):
    """A digit too few or too many; a number of the right length that nobody has is another matter."""
    assert has_wrong_length(keys, "CN") is wrong


def test_an_account_is_searched_under_every_possible_number():
    """What exists comes first; `00` leaves one country; the keys themselves may be a wallet id."""
    assert candidates("14155550132", "CN") == ["+14155550132", "+8614155550132", "14155550132"]
    assert candidates("0014155550132", "CN") == ["+14155550132", "0014155550132"]
    assert candidates("10002054", "CN") == ["10002054"]


RUNG = ["+8613700000000", "+862155550100", "+14155550132", "+16045550123"]
NEVER = {
    "Anguilla": "+12644761234",
    "the Bahamas": "+12423271234",
    "Puerto Rico": "+17872345678",
    "976": "+19765550132",
    "no such area": "+15555550100",
    "premium, 900": "+19005550123",
    "toll-free": "+18005550123",
    "personal, 500": "+15005550123",
    "premium, 168": "+8616812345",
    "longer 168": "+86168123456",
    "shared cost, 400": "+864000000101",
    "unassigned": "+8614155550132",
    "a satellite": "+881612345678",
    "another one": "+870773111632",
    "London": "+442071838750",
    "nothing": "+",
    "too short": "+861",
}
"""With `+86,+1`."""


@pytest.mark.parametrize("number", RUNG)
def test_a_personal_telephone_at_an_ordinary_rate_is_rung(number):
    """Mobiles and landlines of mainland China, the United States and Canada, by the default prefixes."""
    assert may_be_rung(number, ("+86", "+1"))


@pytest.mark.parametrize("number", NEVER.values(), ids=NEVER)
def test_premium_island_satellite_and_unknown_numbers_are_not_rung(number):
    """Whatever they begin with."""
    assert not may_be_rung(number, ("+86", "+1"))


def test_an_island_is_rung_if_the_setting_names_more_than_its_country_code():
    """`+1` is the United States and Canada, `+44` is Britain and not Jersey or the Isle of Man."""
    anguilla, man, london = NEVER["Anguilla"], "+447624123456", NEVER["London"]
    assert may_be_rung(anguilla, ("+1", "+1264")) and not may_be_rung(anguilla, ("+1242",))
    assert may_be_rung(london, ("+44",)) and not may_be_rung(man, ("+44",)) and may_be_rung(man, ("+447624",))


@pytest.mark.parametrize(
    "number", [NEVER[name] for name in ("premium, 900", "premium, 168", "shared cost, 400", "a satellite")]
)
def test_no_prefix_allows_a_premium_number(number):
    """Not even its own beginning."""
    assert not may_be_rung(number, ("+", number[:6], number))


@pytest.mark.parametrize(
    "number, groups",
    [
        ("+8613700000000", ["137", "0000", "0000"]),
        ("+862155550100", ["021", "5555", "0100"]),
        ("+14155550132", ["415", "555", "0132"]),
        ("+442071838750", ["020", "7183", "8750"]),
    ],
)
def test_a_number_is_read_back_as_it_is_written_in_its_country(number, groups):
    """Its country is named apart, where it is not the wallet's."""
    for language, words in LANGUAGES.items():
        apart = "，" if language == "zh" else ", "
        assert words.digits(number, "phone") == apart.join(words.digits(group) for group in groups)
    assert set(country(number)) == {"zh", "en"}
