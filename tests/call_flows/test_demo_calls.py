"""The calls that the browser phone offers ready-made: each plays to its end, and leaves what it promises."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ivr.engine import journal
from ivr.simulator.browser_phone.demo_calls import demo_calls
from ivr.simulator.calls.phone import ANONYMOUS
from ivr.storage.database import begin_read
from tests.call_flows.line import NOON, Caller, Line, demo_world

TOLD = list(demo_calls(json.loads(demo_world())))
LEAVES = {
    "freeze-borrowed": "freezes",
    "unknown-payment": "cases",
    "top-up-unknown": "cases",
    "top-up-fault": "cases",
    "payment-unknown": "cases",
    "duplicate": "disputes",
    "refund-missing": "disputes",
    "subscription": "disputes",
    "not-me": "disputes",
    "linfu-dispute": "disputes",
    "rewards": "cases",
    "messages": "consents",
    "at-night": "callbacks",
    "line-closed": "callbacks",
}
PERSON = (
    "lift-freeze",
    "top-up-risk",
    "payment-risk",
    "too-old",
    "a-person",
    "wallet-down",
    "no-text",
    "not-proved",
    "line-person",
)
CLOCK = {"day": NOON, "night": "2026-11-24T03:00:00+08:00"}
LONGEST = 40


class Player:
    """A caller who presses what the demo call says, and no other key."""

    def __init__(self, line: Line, lang: str) -> None:
        self.line, self.lang = line, lang
        self.caller = Caller(line, lang, repeat=False)

    def plays(self, demo_call) -> None:
        """Every call of it, in the scene that it wants."""
        for part in demo_call["calls"]:
            self._set(part["scene"])
            if part["keys"] is not None:
                self.caller.dials(demo_call["line"], demo_call["caller"] or ANONYMOUS)
                self._goes_through(part["keys"])

    def _goes_through(self, keys) -> None:
        asked: Counter[str] = Counter()
        while not self.caller.over:
            name = self._asked()
            assert asked.total() < LONGEST, f"still asked for {name}"
            key = self._answer(keys, name, asked[name])
            asked[name] += 1
            if self.caller.talking_to:
                self.caller.waits()
            elif key == "hang-up":
                self.caller.hangs_up()
            else:
                self.caller.presses(key)

    def _answer(self, keys, name: str, place: int) -> str:
        if name == "choose-language":
            return "1" if self.lang == "zh" else "2"
        if self.caller.talking_to:
            return ""
        found = keys.get(name)
        assert found, f"the demo call has no key for {name}; heard:\n{self.caller.heard}"
        key = found[min(place, len(found) - 1)] if isinstance(found, list) else found
        return self.caller.code() if key == "{code}" else key

    def _asked(self) -> str:
        with begin_read(self.line.app.extensions["line"].engine) as conn:
            wait = journal.rows(conn, self.caller.sid)[-1].wait
        return str(wait["name"]) if wait else ""

    def _set(self, scene) -> None:
        self.line.put(
            "clock", {"now": CLOCK[scene.get("clock", "day")]} if scene.get("clock") in CLOCK else {"now": NOON}
        )
        self.line.put("wallet", {"mode": scene.get("wallet", "ok")})
        self.line.put("sms", {"mode": scene.get("sms", "ok")})
        self.line.put("line", {"state": scene.get("line", "open")})


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("demo_call", TOLD, ids=[demo_call["id"] for demo_call in TOLD])
def test_a_ready_made_call_plays_to_its_end(line, lang, demo_call):
    """In both languages; a key for every question, and the records that the page speaks of."""
    player = Player(line, lang)
    player.plays(demo_call)
    sid, wanted = player.caller.sid, LEAVES.get(demo_call["id"])
    left = [
        kind
        for kind in ("cases", "disputes", "freezes", "callbacks", "consents")
        if any(one["call"] == sid for one in line.get(kind))
    ]
    assert left == ([wanted] if wanted else [])
    outcome = line.get(f"calls/{sid}")["outcome"]
    assert (outcome == "transferred") == (demo_call["id"] in PERSON)
    assert player.caller.faults == []


def test_a_world_without_the_people_or_records_has_no_such_call():
    """A demo call is listed where it can be played, with the data of that world."""
    world = json.loads(demo_world())
    assert len(TOLD) > 30 and list(demo_calls({})) == []
    world["payments"] = [one for one in world["payments"] if one["id"] != "Y4"]
    world["customers"] = [one for one in world["customers"] if one["id"] != "K8"]
    gone = {demo_call["id"] for demo_call in TOLD} - {demo_call["id"] for demo_call in demo_calls(world)}
    assert gone == {"duplicate", "rewards"}
