"""The lab's API, row by row: who is let in, what may be set, what is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.desk import tables as desk
from ivr.desk.line_state import line_state
from ivr.engine import journal
from ivr.engine.journal import Row
from ivr.engine.secrets import Sealer
from ivr.follow_up.sms import LabSms, Text
from ivr.follow_up.tables import deliveries
from ivr.lab import scene
from ivr.storage import begin_read, begin_write

NOON_UTC = "2026-11-23T04:00:00+00:00"
NOON = "2026-11-23T12:00:00+08:00"
SHOWN = (
    "sms",
    "calls/CA1",
    "cases",
    "disputes",
    "freezes",
    "callbacks",
    "consents",
    "voice-notes",
    "agents",
    "rings",
    "deliveries",
)
SET = (
    *(("PUT", what) for what in ("clock", "world", "agents", "wallet", "sms", "line")), ("POST", "reset"),
)  # fmt: skip
EVERYTHING = (*(("GET", what) for what in SHOWN), *SET)
STRANGE = (
    "ivr.example.com", "127.0.0.1.example.com", "localhost.:80", "127.0.0.2", "::1", "a@127.0.0.1", "0.0.0.0", "localhost:x"
)  # fmt: skip
NONSENSE = (
    b"", b"{", b"now=10", b"\xff\xfe\x00", b"[" * 100_000, b'{"n":' + b"9" * 5000 + b"}", b"null", b"[]", b'"x"'
)  # fmt: skip
PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "x-forwarded-anything")


def happened(lab, table, **more):
    row = {"id": f"{table.name}-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON_UTC} | more
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(table).values(row))


def called(lab, wallet="haiyun"):
    at = datetime.fromisoformat(NOON_UTC)
    row = Row("CA1", 0, at, "main", [], None, {"customer": None, "wallet": wallet}, "zh", False)
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(journal.calls).values(call="CA1", wallet=wallet, line="+864000000101", started=NOON_UTC))
        journal.append(conn, row, "")


# Who is let in


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "localhost", "LOCALHOST:80", "[::1]", "[::1]:5000"])
def test_this_machine_is_let_in(lab, host):
    """By any of its names, at any port."""
    assert lab.send("GET", "cases", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
def test_any_other_host_finds_nothing(lab, host):
    """A page that was made to resolve to this machine gets no answer, and nothing waits for it."""
    answers = [lab.send(method, what, headers={"Host": host}) for method, what in EVERYTHING]
    assert {answer.status_code for answer in answers} == {404}
    assert lab.waits == 0


@pytest.mark.parametrize("header", PROXIED)
def test_nothing_comes_through_a_proxy(lab, header):
    """A tunnel to the webhooks is none to the lab."""
    answers = [lab.send(method, what, headers={header: "127.0.0.1"}) for method, what in EVERYTHING]
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("what", ["cases", "reset", "nothing-of-the-kind", ""])
def test_a_stranger_cannot_tell_that_there_is_a_lab(lab, what):
    """A wrong method is 405 from here, and 404 from there."""
    assert lab.send("DELETE", what, headers={"Host": "ivr.example.com"}).status_code == 404


def test_a_get_waits_for_the_follow_ups_first(lab):
    """Every one of them; a PUT does not."""
    for what in SHOWN:
        lab.send("GET", what)
    lab.put("sms", {"mode": "ok"})
    assert lab.waits == len(SHOWN)


# What may be set


@pytest.mark.parametrize(
    "what, body, field, value",
    [
        ("clock", {"now": NOON}, "clock", {"now": NOON, "runs": False}),
        ("clock", {"now": None}, "clock", {"now": None, "runs": False}),
        ("agents", {"available": 2, "answers": "decline"}, "agents", {"available": 2, "answers": "decline"}),
        ("agents", {"available": 0}, "agents", {"available": 0, "answers": "accept"}),
        ("agents", {"answers": "no-answer"}, "agents", {"available": 1, "answers": "no-answer"}),
        ("agents", {"answers": "busy"}, "agents", {"available": 1, "answers": "busy"}),
        *(("wallet", {"mode": mode}, "wallet", {"mode": mode}) for mode in ("ok", "slow", "error", "down")),
        *(("sms", {"mode": mode}, "sms", {"mode": mode}) for mode in ("ok", "reject", "unreachable")),
    ],
)
def test_the_scene_is_set_and_the_new_one_answered(lab, what, body, field, value):
    """And every process reads it."""
    assert lab.put(what, body)[field] == value
    with begin_read(lab.engine) as conn:
        assert scene.read(conn) != scene.Scene() or value in ({"mode": "ok"}, {"now": None, "runs": False})


@pytest.mark.parametrize(
    "what, body, told",
    [
        ("agents", {}, "available and answers are both missing"),
        ("agents", {"available": -1}, "available is -1; write a whole number from 0 to 99"),
        ("agents", {"available": 100}, "from 0 to 99"),
        ("agents", {"available": True}, "available is true; write a whole number"),
        ("agents", {"available": "2"}, 'available is "2"; write a whole number'),
        ("agents", {"answers": "maybe"}, 'answers is "maybe"; write one of: accept, decline, no-answer, busy'),
        ("wallet", {"mode": "broken"}, 'mode is "broken"; write one of: ok, slow, error, down'),
        ("wallet", {"mode": ["ok"]}, "mode is a list; write one of"),
        ("wallet", {}, "mode is missing"),
        ("sms", {"mode": "down"}, 'mode is "down"; write one of: ok, reject, unreachable'),
        ("sms", "ok", 'the document is "ok"; write an object with mode'),
        ("world", {"wallets": 5}, "wallets is 5; write a list"),
        ("line", {"state": "shut"}, 'state is "shut"; write one of: open, person, closed'),
        ("line", {"state": "closed", "reason": {"zh": "维护"}}, "reason.en is missing"),
        ("line", {"state": "closed", "wallet": "hayun"}, 'wallet is "hayun"; write the id of a wallet'),
    ],
)
def test_what_cannot_be_set_is_refused_with_what_to_write(lab, what, body, told):
    """400, and the scene as it was."""
    assert told in lab.refusal(what, json=body)
    with begin_read(lab.engine) as conn:
        assert scene.read(conn) == scene.Scene()


@pytest.mark.parametrize("what", ["clock", "world", "agents", "wallet", "sms", "line"])
def test_a_body_that_makes_no_sense_is_refused(lab, what):
    """Whatever it is, never a 500."""
    for data in NONSENSE:
        assert lab.refusal(what, data=data)


def test_a_refusal_repeats_no_secret(lab, demo):
    """Neither a good one nor a bad one."""
    demo["customers"][1] |= {"phone_pin": "4819201", "wallet": "hayun"}
    assert "4819201" not in lab.refusal("world", json=demo)


def test_the_content_type_does_not_matter(lab):
    """curl's -d calls everything a form."""
    body = {"data": b'{"mode": "reject"}', "content_type": "application/x-www-form-urlencoded"}
    assert lab.send("PUT", "sms", **body).json["sms"] == {"mode": "reject"}


def test_a_world_may_be_larger_than_a_webhook(lab, demo):
    """The app's own limit is for strangers."""
    demo["comment"] = "x" * 500_000
    assert lab.put("world", demo)["customers"] == len(demo["customers"])


def test_a_body_beyond_reason_is_refused_as_json(lab, monkeypatch):
    """413, with the limit."""
    monkeypatch.setattr("ivr.lab.web.LARGEST_WORLD", 1000)
    answer = lab.send("PUT", "world", data=b" " * 2000)
    assert answer.status_code == 413 and "1000 bytes" in answer.json["error"]


def test_agents_are_shown_with_their_numbers(lab):
    """For whoever plays their telephones."""
    lab.put("agents", {"available": 2, "answers": "decline"})
    numbers = ["+8619900009001", "+8619900009002"]
    assert lab.get("agents") == {"available": 2, "answers": "decline", "numbers": numbers}


def test_a_new_world_and_a_reset_forget_what_happened(lab, demo):
    """Over the API, and the world's own dispute is back."""
    lab.put("world", demo)
    happened(lab, desk.freezes)
    assert lab.send("POST", "reset").status_code == 200
    assert lab.get("freezes") == []
    assert [one["id"] for one in lab.get("disputes")] == [one["id"] for one in demo["disputes"]]
    happened(lab, desk.freezes)
    lab.put("world", demo)
    assert lab.get("freezes") == []


# What is shown


def test_nothing_happened_in_an_empty_lab(lab):
    """Lists are empty, not missing."""
    lists = [what for what in SHOWN if what not in ("calls/CA1", "agents")]
    assert [lab.get(what) for what in lists] == [[]] * len(lists)


def test_a_dispute_that_the_world_came_with_is_shown(lab, demo):
    """Without a call, in the wallet's offset."""
    demo["disputes"][0]["at"] = "2026-11-20T02:00:00Z"
    lab.put("world", demo)
    assert lab.get("disputes")[:1] == [
        {
            "id": "P1", "customer": "K1", "wallet": "haiyun", "call": None, "at": "2026-11-20T10:00:00+08:00",
            "reference": "202611017", "kind": "duplicate", "reason": "duplicate", "about": "Y2", "due": "2026-12-02",
            "due_provisional": False, "status": "in-review", "refund_to": "balance",
        }
    ]  # fmt: skip


def test_a_case_is_shown_with_its_promise(lab, demo):
    """In the order of opening."""
    lab.put("world", demo)
    promise = {"kind": "unknown", "due": "2026-12-02", "due_provisional": True, "status": "received"}
    happened(lab, desk.cases, reference="261100012", about="U2", **promise)
    happened(lab, desk.cases, id="a", reference="261100020", about="U7", **promise)
    first, second = lab.get("cases")
    expected = {"id": "cases-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON}
    assert first == expected | promise | {"reference": "261100012", "about": "U2"}
    assert second["reference"] == "261100020"


@pytest.mark.parametrize("what, table, more", [("freezes", desk.freezes, {}), ("voice-notes", desk.voice_notes, {"reference": "261100012", "seconds": 12, "status": "held"})])  # fmt: skip
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
    happened(lab, desk.consents, **said)
    assert lab.get("consents") == [{"id": "consents-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON, **said}]  # fmt: skip


def test_an_act_without_a_wallet_is_shown_in_utc(lab, demo):
    """There is no offset to show it in."""
    lab.put("world", demo)
    happened(lab, desk.freezes, wallet=None)
    assert lab.get("freezes")[0]["at"] == NOON_UTC


def test_a_callback_is_shown_with_its_number_slot_and_summary(lab, demo, settings):
    """The number is opened, the times are local; a draft is no callback."""
    lab.put("world", demo)
    called(lab)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, desk.callbacks, id="draft", status="draft", **sealed)
    happened(lab, desk.callbacks, slot="2026-11-24T01:00:00+00:00", status="requested", **sealed)
    (shown,) = lab.get("callbacks")
    assert (shown["number"], shown["slot"], shown["at"]) == ("+8613900000001", "2026-11-24T09:00:00+08:00", NOON)
    assert shown["summary"]["time"] == NOON and shown["summary"]["wallet"] == "haiyun"
    assert (shown["id"], shown["customer"], shown["call"]) == ("callbacks-1", "K1", "CA1")


def test_a_callback_of_a_call_without_turns_has_no_summary(lab, demo, settings):
    """Null, and no slot either when nobody can say."""
    lab.put("world", demo)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, desk.callbacks, status="requested", **sealed)
    (shown,) = lab.get("callbacks")
    assert (shown["summary"], shown["slot"]) == (None, None)


def test_a_callback_is_shown_as_it_is_rung(lab, demo, settings):
    """How it stands, when it is rung next, and each agent who was rung; times are local."""
    lab.put("world", demo)
    sealed = {"number_sealed": Sealer(settings.server_key).seal("+8613900000001"), "number_mask": "0001"}
    happened(lab, desk.callbacks, status="requested", **sealed)
    tried = {"id": "m1", "ring": "callbacks-1", "number": 1, "agent": "+8619900009001", "accepted": True}
    with begin_write(lab.engine) as conn:
        conn.execute(
            sa.insert(desk.rings).values(id="callbacks-1", at=NOON_UTC, status="reached", ended="reached", tries=0)
        )
        conn.execute(
            sa.insert(desk.ring_attempts).values(**tried, at=NOON_UTC, status="over", ended="reached", tries=0)
        )
    assert lab.get("rings") == [
        {
            "id": "callbacks-1", "customer": "K1", "wallet": "haiyun", "call": "CA1", "at": NOON, "status": "reached",
            "ended": "reached", "tries": 0, "next": None,
            "attempts": [{"agent": "+8619900009001", "at": NOON, "accepted": True, "ended": "reached"}],
        }
    ]  # fmt: skip


def test_a_delivery_is_shown_with_what_the_crm_is_told(lab, demo):
    """The event as it is sent, how it stands, and the last answer."""
    lab.put("world", demo)
    body = {"reference": "261100012", "event": "case.opened", "customer": "K1", "call": "CA1"}
    row = {"id": "261100012:case.opened", "wallet": "haiyun", "at": NOON_UTC, "status": "dead", "answer": "410"}
    with begin_write(lab.engine) as conn:
        conn.execute(sa.insert(deliveries).values(**row, body=json.dumps(body), tries=1))
    (shown,) = lab.get("deliveries")
    assert shown == row | body | {"at": NOON, "body": body, "tries": 1, "next": None}


@pytest.mark.parametrize("wallet, others", [(None, "closed"), ("linfu", "open")])
def test_the_line_is_switched_as_operations_do_it(lab, demo, wallet, others):
    """One wallet or all of them, with a reason or without."""
    lab.put("world", demo)
    reason = {"zh": "系统正在维护", "en": "we are doing maintenance"}
    lab.put("line", {"state": "closed", "wallet": wallet, "reason": reason})
    with begin_read(lab.engine) as conn:
        found = line_state(conn, "linfu")
        assert (found.state, found.reason, line_state(conn, "haiyun").state) == ("closed", reason, others)
    lab.put("line", {"state": "open", "wallet": wallet})
    with begin_read(lab.engine) as conn:
        assert line_state(conn, "linfu").state == "open"


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
    happened(lab, desk.cases, reference="261100012", kind="unknown", due_provisional=False, status="received")
    noon = datetime.fromisoformat(NOON_UTC)
    provider = LabSms(lab.engine, Sealer(settings.server_key), lambda conn: scene.read(conn).sms, lambda conn: noon)
    provider.send(message, Text("+8619900000051", "123456"))
    assert lab.get("sms") == [{"to": "+8619900000051", "body": "123456", "at": NOON, "status": status}]


def test_a_running_clock_is_stamped_with_machine_time(lab):
    """So that every process moves on from the same instant."""
    lab.put("clock", {"now": NOON, "runs": True})
    with begin_read(lab.engine) as conn:
        set_at = datetime.fromisoformat(scene.read(conn).clock_set_at)
    assert datetime.now(UTC) - set_at < timedelta(seconds=5)


def test_times_of_another_wallet_are_in_its_own_offset(lab, demo):
    """A wallet of New York beside one of Shanghai."""
    demo["wallets"][1] |= {"timezone": "America/New_York", "calendar": "US"}
    lab.put("world", json.loads(json.dumps(demo)))
    happened(lab, desk.freezes, wallet="linfu")
    assert lab.get("freezes")[0]["at"] == "2026-11-22T23:00:00-05:00"
