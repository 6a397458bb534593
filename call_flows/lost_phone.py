"""Advises a caller whose phone is gone: block the SIM, and report the theft."""

from ivr.engine import Call


def tell_whom_to_call(call: Call) -> None:
    """Name the mobile operator and the police; the numbers of the police are those of mainland China."""
    call.pause()
    call.say("lost-phone-sim")
    call.say("lost-phone-police" if call.facts.get("calendar") == "CN" else "lost-phone-report")
