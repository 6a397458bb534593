"""Telephone numbers: parses those that arrive and those that callers key, and decides which may be called.

`phonenumbers` knows which numbers there are and of what type they are; no beginning is judged by hand. A number is kept
as E.164 and in no other spelling. What is not valid belongs to nobody: a carrier that withholds a number sends words,
zeros, or the keys of ANONYMOUS as a number, and to take that for a number would make one person of all who withhold
theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
from babel import Locale
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

ADDRESS = re.compile(r"(?:(?:sips?|tel|client):)?([^@;?]*)", re.ASCII | re.IGNORECASE)
SEPARATORS = re.compile(r"[ .()\-]")
NUMBER = re.compile(r"\+?[0-9]{3,20}")
RUNG = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
)
"""Types of a person's telephone at an ordinary price: no premium rate, shared cost, pager or unknown type."""
NO_COUNTRY = "001"
"""The region of satellite telephones and of international services."""
MEANT = {1: ("US", "CA")}
"""Countries that people mean by a country code that many share; by others the one that it was made for."""


def home(calendar: str, line: str) -> str:
    """The country in which numbers without a country code are read, ISO 3166: the calendar's, else that of the line."""
    return calendar if calendar in phonenumbers.SUPPORTED_REGIONS else region(line) or "CN"


def region(number: str) -> str | None:
    """The country of an E.164 number, ISO 3166; None where it has none."""
    parsed = _parsed(number)
    found = phonenumbers.region_code_for_number(parsed) if parsed else None
    return None if found == NO_COUNTRY else found


def country(number: str) -> dict[str, str] | None:
    """The name of that country, in both languages."""
    code = region(number)
    return {language: Locale(language).territories[code] for language in ("zh", "en")} if code else None


def arrived(address: str, country: str, line: str = "") -> str | None:
    """A caller's address as E.164; None for words, zeros and anything else that is no number.

    Without a plus it may be written as at home or with its country code. Where both are numbers, the `line` that was
    dialled, which came by the same carrier, shows how that carrier writes.
    """
    user = _user(address)
    if not NUMBER.fullmatch(user):
        return None
    abroad = _valid(_international(user))
    if user.startswith(("+", "00")):
        return abroad
    at_home = _valid(_written(user, country))
    return at_home if at_home and (abroad is None or _is_written_at_home(line, country)) else abroad


@lru_cache(maxsize=256)
def spellings(address: str) -> frozenset[str]:
    """All spellings of an own number by carriers and callers; a name has only one spelling."""
    user = _user(address)
    parsed = _parsed(user) if user.startswith("+") else None
    if parsed is None:
        return frozenset({address, user})
    digits = _e164(parsed)[1:]
    bare = phonenumbers.national_significant_number(parsed)
    return frozenset({address, user, f"+{digits}", digits, f"00{digits}", bare, _as_written(parsed)})


def is_spelling(address: str, ours: str) -> bool:
    """Whether an address in a webhook is a spelling of this own number."""
    return not {address.strip(), _user(address)}.isdisjoint(spellings(ours))


def candidates(keys: str, country: str, caller: str | None = None) -> list[str]:
    """The identifiers that keyed digits may mean: existing numbers, those as long as a mobile, then a wallet id.

    They are read as numbers of this country, with a country code, and as numbers of the country of the `caller`. A
    mobile need not be known here, for its owner has to prove more than the number: new ranges are older than a
    release.
    """
    abroad = region(caller) if caller else None
    read = [_international(keys)]
    if not keys.startswith("00"):
        read = [_parsed(keys, country), *read, *([_parsed(keys, abroad)] if abroad else [])]
    found = [
        one for one in read if one and (phonenumbers.is_valid_number(one) or _is_long_as(one, PhoneNumberType.MOBILE))
    ]
    found.sort(key=phonenumbers.is_valid_number, reverse=True)
    return [*dict.fromkeys(_e164(one) for one in found), keys]


def readings(keys: str, country: str, caller: str | None) -> list[str]:
    """The E.164 numbers that keyed digits may mean: none, one, or two between which only the caller can choose.

    `00` begins a country code. Without it a number is read as it is written in the wallet's country, then as in the
    caller's own, then as one with its country code. Where that gives more than one, the caller's own country is meant.
    """
    own = _parsed(caller) if caller else None
    if keys.startswith("00"):
        read = [_international(keys)]
    else:
        written = [_written(keys, place) for place in (country, region(caller) if caller else None) if place]
        read = [*written, _international(keys)]
    found = list(dict.fromkeys(number for one in read if (number := _valid(one))))
    mine = [number for number in found if own and number.startswith(f"+{own.country_code}")]
    return mine[:1] or found


def has_wrong_length(keys: str, country: str) -> bool:
    """Whether no number has this many digits: abroad by its country, else as a mobile or as a landline with its 0."""
    if keys.startswith("00"):
        abroad = _international(keys)
        return abroad is None or phonenumbers.is_possible_number_with_reason(abroad) != ValidationResult.IS_POSSIBLE
    parsed, prefix = _parsed(keys, country), phonenumbers.ndd_prefix_for_region(country, True)
    landline = prefix is not None and keys.startswith(prefix)
    kind = PhoneNumberType.FIXED_LINE if landline else PhoneNumberType.MOBILE
    return parsed is None or not _is_long_as(parsed, kind)


def may_be_rung(number: str, prefixes: Iterable[str]) -> bool:
    """Whether an E.164 number is a person's telephone at an ordinary price, and begins as one of the `prefixes`.

    A prefix that is a country code and no more means the country that one thinks of: `+1` the United States and Canada,
    not the islands that share it. To include them, write a longer prefix, such as `+1264`.
    """
    parsed = _parsed(number)
    if parsed is None or not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in RUNG:
        return False
    place, code = region(number), parsed.country_code or 0
    meant = MEANT.get(code) or phonenumbers.region_codes_for_country_code(code)[:1]
    fitting = [prefix for prefix in prefixes if number.startswith(prefix)]
    return place is not None and any(prefix != f"+{code}" or place in meant for prefix in fitting)


def _user(address: str) -> str:
    """`sip:+86139…@host` → `+86139…`; separators of a number are gone, a name stays."""
    found = ADDRESS.match(address.strip())
    user = unquote(found[1]) if found else ""
    bare = SEPARATORS.sub("", user)
    return bare if NUMBER.fullmatch(bare) else user


def _parsed(text: str, country: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _international(digits: str) -> PhoneNumber | None:
    return _parsed("+" + digits.removeprefix("+").removeprefix("00"))


def _written(digits: str, country: str) -> PhoneNumber | None:
    """The national digits of a number, with the leading 0 of a landline where the country has one."""
    parsed = _parsed(digits, country)
    return parsed if parsed and digits.endswith(_as_written(parsed)) else None


def _as_written(number: PhoneNumber) -> str:
    return re.sub("[^0-9]", "", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


def _is_written_at_home(line: str, country: str) -> bool:
    user = _user(line)
    if not NUMBER.fullmatch(user) or user.startswith(("+", "00")):
        return False
    return _valid(_written(user, country)) is not None and _valid(_international(user)) is None


def _valid(number: PhoneNumber | None) -> str | None:
    return _e164(number) if number and phonenumbers.is_valid_number(number) else None


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _is_long_as(number: PhoneNumber, kind: int) -> bool:
    reason = phonenumbers.is_possible_number_for_type_with_reason(number, kind)
    return bool(reason == ValidationResult.IS_POSSIBLE)
