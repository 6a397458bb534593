"""The whole way of one caller where TaskRouter chooses the agents, with the pages of the desk: 0, music, Accept, the
card, an unfreeze, a transfer, the goodbye."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa

from ivr.demo.tables import customers
from ivr.demo.wallet import DemoWallet
from ivr.desk import app as desk_app
from ivr.simulator.calls.call_runner import options
from ivr.staff import acts
from ivr.staff.tables import audit_log, staff
from ivr.storage.database import begin_read, begin_write
from ivr.web.hold_music import music_file
from tests.call_flows.line import LINFU, SUN
from tests.desk.conftest import live, open_desk
from tests.staff.conftest import CHEAP, PASSWORD

SAID = {
    "zh": {
        "menu": ("充值", "限额", "短信"),
        "card": ("账户已冻结", "客户要改限额"),
        "summary": "已验证",
        "goodbye": "再见",
    },
    "en": {
        "menu": ("top-up", "limits", "text"),
        "card": ("The account is frozen", "wants other limits"),
        "summary": "verified",
        "goodbye": "Goodbye",
    },
}


class Browser:
    """The agent's browser, which the desk operates, as in the lab."""

    def __init__(self, room):
        self._room = room

    def here(self, person):
        """It is open."""
        self._room.simulator.clients.register(person)

    def accept(self, person, call):
        """Answer what rings."""
        (leg,) = self._room.simulator.clients.calls(person)
        self._room.simulator.clients.answer(leg)
        self._room.settles()


@pytest.fixture
def web(desk, monkeypatch):
    """The desk's pages, on the line's database and by the room's clock."""
    monkeypatch.setattr(desk_app, "make_softphone", lambda _settings: Browser(desk))
    engine = desk.worker.engine
    wallet = DemoWallet(engine, desk.worker.clock, lambda _conn: "ok")
    made = open_desk(live(desk.line.settings), engine, monkeypatch, wallet=wallet)
    made.now = desk.now
    return made


def enter(desk, call, lang):
    """Sun's account is frozen: verified by a code, Sun asks for limits and then for a person."""
    top_up, limits, text = SAID[lang]["menu"]

    def picks(label):
        desk.keys(call, next(one.key for one in options(call) if label in one.label))

    desk.settles()
    desk.keys(call, "1" if lang == "zh" else "2")
    picks(top_up)
    picks(limits)
    desk.keys(call, f"{SUN.number}#")
    desk.keys(call, SUN.tail)
    picks(text)
    desk.keys(call, re.findall("[0-9]{6}", desk.line.texts()[-1])[0])
    desk.keys(call, "0")


def status_of_sun(desk):
    """How the account stands at the bank."""
    with begin_read(desk.worker.engine) as conn:
        found = (json.loads(one) for one in conn.scalars(sa.select(customers.c.document)))
        return next(one["status"] for one in found if (one["mobile"] or "").endswith(SUN.number))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_key_0_to_the_goodbye(desk, web, lang):
    """Nobody asks the caller twice, and nobody is left behind at TaskRouter."""
    music_file(desk.line.settings).write_bytes(b"RIFF")
    linfu = {"wallets": '["linfu"]'}
    desk.signs_on("lin", does="person", address="client:lin", **linfu)
    desk.signs_on("wang", **linfu)
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.update(staff).values(password_hash=CHEAP.hash(PASSWORD)).where(staff.c.id == "lin"))
    desk.simulator.clients.register("lin")
    desk.worker_there("lin").idle_since = float("-inf")
    web.now = desk.now
    window = web.by("lin")
    window.gets("/desk/me")
    window.posts("/desk/state", state="available")
    desk.works()
    window.client.set_cookie("desk-language", lang, domain="desk.example.com")

    call = desk.simulator.runner.place(LINFU, "+8613900000002")
    enter(desk, call, lang)
    heard = [sent[2].body.decode() for sent in call.leg.webhooks.log]
    assert "/voice/hold-music.wav</Play>" in heard[-1] and desk.reservations() == [("lin", "pending")]

    home = window.gets("/desk/").text
    offer = re.search(r'name="offer" value="([0-9a-f]+)"', home)
    assert offer and window.posts("/desk/phone/accept", offer=offer[1]).location == "/desk/"
    assert desk.entry(call).status == "connected" and desk.reservations() == [("lin", "accepted")]

    card = f"/desk/calls/{call.leg.sid}"
    frozen, note = SAID[lang]["card"]
    assert frozen in window.gets(card).text
    for act, form in (("verify", {"how": "document", "sure": "1"}), ("unfreeze", {})):
        assert window.posts(f"{card}/serve/{act}", id=acts.new_id(), **form).status_code == 303
    assert frozen not in window.gets(card).text and status_of_sun(desk) == "active"

    assert window.posts(f"/desk/talks/{offer[1]}/transfer", to="person:wang", note=note).status_code == 303
    desk.works().works()
    wang = desk.leg_of("wang")
    assert SAID[lang]["summary"] in desk.heard(wang) and note in desk.heard(wang)
    assert desk.entry(call).staff == "wang" and desk.reservations()[-1] == ("wang", "accepted")

    desk.hangs_up(wang)
    desk.works()
    assert call.phone_call.over and SAID[lang]["goodbye"] in desk.heard(call)
    assert desk.entry(call).outcome == "answered" and desk.router.trouble == []
    assert [one.status for one in desk.space.tasks] == ["completed", "completed"]
    with begin_read(desk.worker.engine) as conn:
        done = list(conn.scalars(sa.select(audit_log.c.act).where(audit_log.c.about == call.leg.sid)))
    assert {"caller-verified", "account-unfrozen", "talk-transferred"} <= set(done)
    desk.works(61).works()
    assert desk.there("wang") == "Available" and desk.activity("wang") == "idle"
