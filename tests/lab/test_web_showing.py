"""What is shown over the lab's API: every act, call, text and delivery, in the wallet's own time."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from ivr.callbacks import tables as callbacks_tables
from ivr.cases import tables as cases_tables
from ivr.engine.secrets import Sealer
from ivr.follow_up.tables import deliveries
from ivr.lab import scene
from ivr.lab.texts import LabSms
from ivr.storage.database import begin_write
from ivr.telephony.texting import Text
from ivr.voice_notes import tables as voice_notes_tables
from tests.lab.happened import LISTS, NOON, NOON_UTC, called, happened


def test_nothing_happened_in_an_empty_lab(lab):
    """Lists are empty, not missing."""
    assert [lab.get(what) for what in LISTS] == [[]] * len(LISTS)


def test_all_lists_are_shown_at_once_as_each_by_itself(lab, demo, settings):
    """The browser phone reads them after each turn, in one request."""
    lab.put("world", demo)
    called(lab)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, callbacks_tables.callbacks, status="requested", **sealed)
    happened(lab, cases_tables.freezes)
    found = lab.get("records")
    assert found == {what: lab.get(what) for what in LISTS}
    assert all(found[what] for what in ("callbacks", "disputes", "freezes"))


def test_a_dispute_that_the_world_came_with_is_shown(lab, demo):
    """Without a call, in the wallet's offset."""
    demo["disputes"][0]["at"] = "2026-11-20T02:00:00Z"
    lab.put("world", demo)
    assert lab.get("disputes")[:1] == [
        {
            "id": "P1",
            "customer": "K1",
            "wallet": "haiyun",
            "call": None,
            "at": "2026-11-20T10:00:00+08:00",
            "reference": "202611017",
            "kind": "duplicate",
            "reason": "duplicate",
            "about": "Y2",
            "due": "2026-12-02",
            "due_provisional": False,
            "status": "in-review",
            "refund_to": "balance",
        }
    ]


def test_a_case_is_shown_with_its_promise(lab, demo):
    """In the order of opening."""
    lab.put("world", demo)
    promise = {"kind": "unknown", "due": "2026-12-02", "due_provisional": True, "status": "received"}
    happened(lab, cases_tables.cases, reference="261100012", about="U2", **promise)
    happened(lab, cases_tables.cases, id="a", reference="261100020", about="U7", **promise)
    first, second = lab.get("cases")
    expected = {"id": "cases-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON}
    assert first == expected | promise | {"reference": "261100012", "about": "U2"}
    assert second["reference"] == "261100020"


@pytest.mark.parametrize(
    "what, table, more",
    [
        ("freezes", cases_tables.freezes, {}),
        ("voice-notes", voice_notes_tables.voice_notes, {"reference": "261100012", "seconds": 12, "status": "held"}),
    ],
)
def test_an_act_is_shown_with_who_when_and_in_which_call(lab, demo, what, table, more):
    """Also when nobody knows the customer."""
    lab.put("world", demo)
    happened(lab, table, **more)
    happened(lab, table, id="n2", customer=None, **more)
    known = {"id": f"{table.name}-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON, **more}
    assert lab.get(what) == [known, known | {"id": "n2", "customer": None}]


def test_a_consent_is_shown_with_what_was_said(lab, demo):
    """On or off, in which words, by which way."""
    lab.put("world", demo)
    said = {"push": True, "wording": "0123456789ab", "channel": "voice"}
    happened(lab, cases_tables.consents, **said)
    assert lab.get("consents") == [
        {"id": "consents-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON, **said}
    ]


def test_an_act_without_a_wallet_is_shown_in_utc(lab, demo):
    """There is no offset to show it in."""
    lab.put("world", demo)
    happened(lab, cases_tables.freezes, wallet=None)
    assert lab.get("freezes")[0]["at"] == NOON_UTC


def test_a_callback_is_shown_with_its_number_slot_and_summary(lab, demo, settings):
    """The number is opened, the times are local; a draft is no callback."""
    lab.put("world", demo)
    called(lab)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, callbacks_tables.callbacks, id="draft", status="draft", **sealed)
    happened(lab, callbacks_tables.callbacks, slot="2026-11-24T01:00:00+00:00", status="requested", **sealed)
    (shown,) = lab.get("callbacks")
    assert (shown["number"], shown["slot"], shown["at"]) == ("+8613900000001", "2026-11-24T09:00:00+08:00", NOON)
    assert shown["summary"]["time"] == NOON and shown["summary"]["wallet"] == "haiyun"
    assert (shown["id"], shown["customer"], shown["call"]) == ("callbacks-1", "K1", "CA1")


def test_a_callback_of_a_call_without_turns_has_no_summary(lab, demo, settings):
    """Null, and no slot either when nobody can say."""
    lab.put("world", demo)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, callbacks_tables.callbacks, status="requested", **sealed)
    (shown,) = lab.get("callbacks")
    assert (shown["summary"], shown["slot"]) == (None, None)


def test_a_callback_is_shown_as_it_is_rung(lab, demo, settings):
    """How it stands, when it is rung next, and each agent who was rung; times are local."""
    lab.put("world", demo)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, callbacks_tables.callbacks, status="requested", **sealed)
    tried = {"id": "m1", "ring": "callbacks-1", "number": 1, "agent": "+8619900009001", "accepted": True}
    with begin_write(lab.engine) as conn:
        conn.execute(
            sa.insert(callbacks_tables.callback_queue).values(
                id="callbacks-1", at=NOON_UTC, status="reached", ended="reached", tries=0
            )
        )
        conn.execute(
            sa.insert(callbacks_tables.ring_attempts).values(
                **tried, at=NOON_UTC, status="over", ended="reached", tries=0
            )
        )
    assert lab.get("rings") == [
        {
            "id": "callbacks-1",
            "customer": "K1",
            "wallet": "haiyun",
            "call": "CA1",
            "at": NOON,
            "status": "reached",
            "ended": "reached",
            "tries": 0,
            "next": None,
            "attempts": [{"agent": "+8619900009001", "at": NOON, "accepted": True, "ended": "reached"}],
        }
    ]


def test_a_delivery_is_shown_with_what_the_crm_is_told(lab, demo):
    """The event as it is sent, how it stands, and the last answer."""
    lab.put("world", demo)
    body = {"reference": "261100012", "event": "case.opened", "customer": "K1", "call": "CA1"}
    row = {"id": "261100012:case.opened", "wallet": "haiyun", "at": NOON_UTC, "status": "dead", "answer": "410"}
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(deliveries).values(**row, body=json.dumps(body), tries=1))
    (shown,) = lab.get("deliveries")
    assert shown == row | body | {"at": NOON, "body": body, "tries": 1, "next": None}


def test_a_call_is_shown_turn_by_turn(lab, demo):
    """Language, wallet, level, outcome, turns and summary; times in the wallet's offset."""
    lab.put("world", demo)
    called(lab)
    report = lab.get("calls/CA1")
    assert {"language", "wallet", "level", "outcome", "turns", "summary"} <= report.keys()
    assert (report["language"], report["wallet"], report["level"]) == ("zh", "haiyun", "L0")
    assert [turn["at"] for turn in report["turns"]] == [NOON] and report["summary"]["time"] == NOON


def test_an_unknown_call_is_404_in_json(lab):
    """With a sentence."""
    answer = lab.send("GET", "calls/CA404")
    assert answer.status_code == 404 and answer.json["error"]


@pytest.mark.parametrize("mode, status", [("ok", "delivered"), ("reject", "failed"), ("unreachable", "failed")])
@pytest.mark.parametrize("message", ["code:CA1:1", "case:261100012"])
def test_a_text_is_shown_as_the_provider_left_it(lab, demo, settings, mode, status, message):
    """To, body, when in the wallet's offset, and how it ended."""
    lab.put("world", demo)
    lab.put("sms", {"mode": mode})
    called(lab)
    happened(lab, cases_tables.cases, reference="261100012", kind="unknown", due_provisional=False, status="received")
    noon = datetime.fromisoformat(NOON_UTC)
    provider = LabSms(lab.engine, Sealer(settings.server_key), lambda conn: scene.read(conn).sms, lambda conn: noon)
    provider.send(message, Text("+8619900000051", "123456"))
    assert lab.get("sms") == [{"to": "+8619900000051", "body": "123456", "at": NOON, "status": status}]


def test_times_of_another_wallet_are_in_its_own_offset(lab, demo):
    """A wallet of New York beside one of Shanghai."""
    demo["wallets"][1] |= {"timezone": "America/New_York", "calendar": "US"}
    lab.put("world", json.loads(json.dumps(demo)))
    happened(lab, cases_tables.freezes, wallet="linfu")
    assert lab.get("freezes")[0]["at"] == "2026-11-22T23:00:00-05:00"
