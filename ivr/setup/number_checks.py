"""The doctor's checks of telephone numbers: can Twilio ring the agents, and are our caller IDs and senders ours?

Twilio is asked over REST, and nothing is changed there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr.config.settings import E164, MESSAGING_SERVICE, SHORT_CODE, Settings
from ivr.setup.finding import Finding
from ivr.telephony.twilio_rest import OwnNumbers, Refused, Unreachable

MAINLAND = "+86"
"""Twilio places no calls there, whatever the geographic permissions say."""
READ = "see docs/operations.md, Numbers"


def rung(settings: Settings) -> Iterator[Finding]:
    """Numbers that Twilio cannot ring."""
    settled = {"AGENT_NUMBERS": settings.agent_numbers, "FALLBACK_AGENT": (settings.fallback_agent,)}
    for name, given in settled.items():
        if vain := sum(number.startswith(MAINLAND) for number in given):
            says = f"{name} has {_several(vain, 'number')} of mainland China, where Twilio places no calls"
            yield Finding("agents", "bad", says, f"write telephones outside of {MAINLAND}; {READ}")
    if any(prefix.startswith(MAINLAND) or MAINLAND.startswith(prefix) for prefix in settings.callback_dial_prefixes):
        says = f"CALLBACK_DIAL_PREFIXES has {MAINLAND}, where Twilio places no calls: they are missed after three tries"
        yield Finding("callbacks", "bad", says, f"take {MAINLAND} out: they are then listed for people; {READ}")


def owned(settings: Settings, lines: Mapping[str, str], trunks: Mapping[str, list[str]]) -> Iterator[Finding]:
    """What Twilio says of caller ids, senders, lines and trunks; `lines` are the wallets' by number, `trunks` the
    people who are rung by each."""
    twilio = OwnNumbers(settings)
    try:
        for number in dict.fromkeys(settings.caller_id.values()):
            yield _caller_id(twilio, number)
        for sender in dict.fromkeys(settings.sms_from.values()):
            yield _sender(twilio, sender)
        for line, wallet in lines.items():
            yield from _line(twilio, settings, line, wallet)
        for trunk, names in trunks.items():
            yield _trunk(twilio, trunk, names)
    except Refused as refusal:
        mend = "write the token (or API key and secret) of TWILIO_ACCOUNT_SID, and of TWILIO_REGION if there is one"
        yield Finding("numbers", "bad", f"Twilio refuses our credentials ({refusal})", mend)
    except Unreachable as error:
        says = f"Twilio does not answer ({error}): nobody knows whether our numbers are the account's"
        yield Finding("numbers", "mind", says, "run it again, from where the line runs")
    finally:
        twilio.close()


def _trunk(twilio: OwnNumbers, trunk: str, names: list[str]) -> Finding:
    who = ", ".join(names)
    if twilio.has_trunk(trunk):
        return Finding("agents", "good", f"{trunk} is a BYOC trunk of the account; it rings {who}")
    says = f"{trunk} is no BYOC trunk of this account: {who} cannot be rung (21300)"
    return Finding("agents", "bad", says, f"flask staff change {names[0]} --address byoc:BY…/+86…, with one that is")


def _caller_id(twilio: OwnNumbers, number: str) -> Finding:
    if "voice" in (twilio.find(number) or ()):
        return Finding("numbers", "good", f"CALLER_ID {number} is the account's")
    if twilio.is_verified(number):
        return Finding("numbers", "good", f"CALLER_ID {number} is verified: calls may come from it")
    says = f"CALLER_ID {number} is no number of this account that can call: nobody is ever rung (13214, 21210)"
    return Finding("numbers", "bad", says, "write one that is, verify it in the Twilio console, or clear it")


def _sender(twilio: OwnNumbers, sender: str) -> Finding:
    if E164.fullmatch(sender):
        known, what = "sms" in (twilio.find(sender) or ()), "number of this account that can text"
    elif MESSAGING_SERVICE.fullmatch(sender):
        known, what = twilio.has_service(sender), "messaging service of this account"
    elif SHORT_CODE.fullmatch(sender):
        known, what = twilio.has_short_code(sender), "short code of this account"
    else:
        says = (
            f"SMS_FROM {sender!r} is a name: some countries refuse names (the United States, Canada, mainland China), "
            "and Twilio cannot be asked"
        )
        return Finding("numbers", "mind", says, "text a telephone of each country that you serve")
    if known:
        return Finding("numbers", "good", f"SMS_FROM {sender} is a {what}")
    return Finding(
        "numbers", "bad", f"SMS_FROM {sender} is no {what}: every text is refused (21606)", f"write one that is; {READ}"
    )


def _line(twilio: OwnNumbers, settings: Settings, line: str, wallet: str) -> Iterator[Finding]:
    """A line is called from and texted from only where no setting says otherwise."""
    calls, texts = (not (given.get(wallet) or given.get("")) for given in (settings.caller_id, settings.sms_from))
    can = twilio.find(line)
    if can is None:
        says = f"{wallet}'s line {line} is no number of this account"
        if calls or texts:
            says += ": calls and texts go out only where it is forwarded to a number that is"
        mend = f"forward it to one, or write the account's own number as the wallet's line; {READ}"
        yield Finding("numbers", "mind", says, mend)
        return
    yield Finding("numbers", "good", f"{wallet}'s line {line} is the account's")
    if texts and "sms" not in can:
        says = f"{wallet}'s line {line} cannot text, and SMS_FROM has no other sender: its texts are refused (21606)"
        yield Finding("numbers", "bad", says, "write SMS_FROM, such as MG… of a messaging service")


def _several(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
