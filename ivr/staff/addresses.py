"""Where a person is rung: a telephone, their browser, a SIP address, or a telephone by a carrier of one's own
(BYOC)."""

from __future__ import annotations

import re

from ivr.telephony.numbers import may_be_rung, region

SIP = re.compile(r"sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}(:[0-9]{1,5})?")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BYOC = re.compile(r"byoc:BY[0-9a-f]{32}/(\+[0-9]{7,15})")
FORMS = "a number such as +12025550198, client:NAME, sip:user@host, or byoc:BY…/+8613…"


class WrongAddress(ValueError):
    """An address that cannot be rung; the message says why and what to write."""


def checked_address(text: str, person: str) -> str:
    """The address as it is kept; empty stays empty. Raises WrongAddress."""
    text = text.strip()
    by_own_carrier = BYOC.fullmatch(text)
    if text.startswith("client:") and text != f"client:{person}":
        raise WrongAddress(f"the browser of {person} is client:{person}; nobody is rung in the browser of another")
    if by_own_carrier or text.startswith("+"):
        _check_number(by_own_carrier[1] if by_own_carrier else text, bool(by_own_carrier))
    elif text and not text.startswith("client:") and not SIP.fullmatch(text):
        raise WrongAddress(f"{text!r} is no address; write {FORMS}")
    return text


def _check_number(number: str, by_own_carrier: bool) -> None:
    if not E164.fullmatch(number) or not may_be_rung(number, ("+",)):
        raise WrongAddress(
            f"{number} is no telephone of a person; write it with its country code, such as +12025550198"
        )
    if region(number) == "CN" and not by_own_carrier:
        raise WrongAddress(
            f"Twilio places no calls to mainland China, so {number} cannot be rung; "
            f"write byoc:BY…/{number} with the trunk of a carrier of your own, or ring the browser"
        )
