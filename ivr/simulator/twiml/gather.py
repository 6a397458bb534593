"""`<Gather>`: collect keys until there are enough, a finish key, or silence, which falls through to the next verb."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator

from ivr.simulator.account.leg_events import Execution, Input, Waiting
from ivr.simulator.twiml.executor import Leg

BARE_HASH = ("silence", "empty", "absent", "hash", "finished-on-key")
"""What a finish key alone means: silence, as documented, or one of the forms in which Twilio was seen to report it."""


def gather(leg: Leg, verb: ET.Element, url: str) -> Execution:
    """Request the action with the digits; without digits, only if `actionOnEmptyResult` or `bare_hash` asks for it."""
    if not leg.keeps_keys:
        leg.buffer = ""
    if not leg.buffer:  # keys typed ahead interrupt the nested prompt (barge-in)
        for nested in verb:
            if nested.tag in ("Say", "Play", "Pause"):
                leg.play(nested)
    digits, finished = yield from _keyed(leg, verb)
    finished = finished and (bool(digits) or leg.bare_hash != "silence")
    if not digits and not finished and verb.get("actionOnEmptyResult") != "true":
        return None
    form = {"Digits": digits} if digits or not finished else _bare(leg, verb.get("finishOnKey", "#"))
    return leg.action(verb, url, form)


def _keyed(leg: Leg, verb: ET.Element) -> Generator[Waiting, Input, tuple[str, bool]]:
    most, seconds = int(verb.get("numDigits", 10**6)), float(verb.get("timeout", 5))
    digits = ""
    while True:
        digits, finished = _collect(leg, digits, most, verb.get("finishOnKey", "#"))
        if finished:
            return digits, True
        given = yield Waiting("keys", seconds)
        if not given.keys:
            leg.clock += seconds
            return digits, False
        leg.buffer += given.keys


def _collect(leg: Leg, digits: str, most: int, finish: str) -> tuple[str, bool]:
    while leg.buffer:
        key, leg.buffer = leg.buffer[0], leg.buffer[1:]
        if key == finish:
            return digits, True
        digits += key
        if len(digits) == most:
            return digits, True
    return digits, False


def _bare(leg: Leg, finish: str) -> dict[str, str]:
    told: list[dict[str, str]] = [{"Digits": ""}, {}, {"Digits": finish}, {"Digits": "", "FinishedOnKey": finish}]
    return dict(zip(BARE_HASH[1:], told, strict=True))[leg.bare_hash]
