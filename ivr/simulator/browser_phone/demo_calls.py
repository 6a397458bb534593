"""Ready-made calls for newcomers: who calls about what, and the keys for each prompt on the way to the end.

They are written in `demo_calls.json` for the demo world. Placeholders for the caller's credentials and records are
filled in from the world that is loaded; a call whose customer or records are missing there is left out. Keys are given
by prompt name; a list holds the answers in order. The page itself fills in `{code}`, which arrives by text message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FILE = Path(__file__).with_name("demo_calls.json")
PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
RECORDS = ("top_ups", "payments", "disputes")
Document = dict[str, Any]


def demo_calls(world: Document) -> Iterator[Document]:
    """The demo calls that can be played in this world, with their keys."""
    written = _written()
    wallets, people = (_by_id(world, name) for name in ("wallets", "customers"))
    records = {name: one for kind in RECORDS for name, one in _by_id(world, kind).items()}
    for demo_call in written["demo_calls"]:
        person = people.get(demo_call["who"])
        if person and set(demo_call.get("records", ())) <= records.keys():
            fill = _Fill(person, records, ZoneInfo(wallets[person["wallet"]]["timezone"]))
            yield _told(demo_call, written["everywhere"], fill, wallets[person["wallet"]]["line"])


@lru_cache
def _written() -> Document:
    return dict(json.loads(FILE.read_text("utf-8")))


def _by_id(world: Document, name: str) -> dict[str, Document]:
    return {one["id"]: one for one in world.get(name) or []}


def _told(demo_call: Document, everywhere: Document, fill: _Fill, line: str) -> Document:
    told = {name: demo_call[name] for name in ("id", "branch", "title", "about")}
    caller = demo_call.get("from", fill.person.get("mobile") or "")
    calls = [_call(one, demo_call.get("scene", {}), everywhere, fill) for one in demo_call["calls"]]
    return told | {"caller": caller, "line": line, "calls": calls}


def _call(one: Document, scene: Document, everywhere: Document, fill: _Fill) -> Document:
    keys = {name: fill(value) for name, value in (everywhere | one["keys"]).items()} if "keys" in one else None
    return {"scene": one.get("scene", scene), "keys": keys, "looks": one.get("looks")}


class _Fill:
    """Fills in what this customer enters for `{tail}`, `{amount:Y4}` and the like."""

    def __init__(self, person: Document, records: dict[str, Document], zone: ZoneInfo) -> None:
        self.person, self._records, self._zone = person, records, zone

    def __call__(self, keys: str | list[str]) -> str | list[str]:
        if isinstance(keys, list):
            return [PLACE.sub(self._value, one) for one in keys]
        return PLACE.sub(self._value, keys)

    def _value(self, place: re.Match[str]) -> str:
        name, record = place[1], self._records.get(place[2] or "", {})
        if name == "amount":
            return f"{record['amount'] // 100}*{record['amount'] % 100:02d}".removesuffix("*00")
        if name == "date":
            return f"{datetime.fromisoformat(record['at']).astimezone(self._zone):%m%d}"
        if name == "reference":
            return str(record["reference"])
        return self._of_person(name) or place[0]

    def _of_person(self, name: str) -> str | None:
        person, pin = self.person, self.person.get("phone_pin") or ""
        number = (person.get("mobile") or person["wallet_id"]).removeprefix("+86").removeprefix("+")
        tail = str(person["id_tail"]).replace("X", "*")
        return {"number": number, "tail": tail, "pin": pin, "factor": "2" if pin else "1"}.get(name)
