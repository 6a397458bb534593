"""What may be set over the lab's API: the scene, the line, the world; and what is refused, with what to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.cases import tables as cases_tables
from ivr.engine.secrets import Sealer
from ivr.identity import tables as identity_tables
from ivr.lab import scene
from ivr.operations.line_switch import line_state
from ivr.storage.database import begin_read, begin_write
from tests.lab.happened import NOON, happened

NONSENSE = (
    b"",
    b"{",
    b"now=10",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"n":' + b"9" * 5000 + b"}",
    b"null",
    b"[]",
    b'"x"',
)


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
    happened(lab, cases_tables.freezes)
    assert lab.send("POST", "reset").status_code == 200
    assert lab.get("freezes") == []
    assert [one["id"] for one in lab.get("disputes")] == [one["id"] for one in demo["disputes"]]
    happened(lab, cases_tables.freezes)
    lab.put("world", demo)
    assert lab.get("freezes") == []


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


def test_a_running_clock_is_stamped_with_machine_time(lab):
    """So that every process moves on from the same instant."""
    lab.put("clock", {"now": NOON, "runs": True})
    with begin_read(lab.engine) as conn:
        set_at = datetime.fromisoformat(scene.read(conn).clock_set_at)
    assert datetime.now(UTC) - set_at < timedelta(seconds=5)


def test_a_telephone_is_forgotten_and_no_other(lab, settings):
    """Its language only: the next call from it is asked."""
    mark = {number: Sealer(settings.server_key).fingerprint(number) for number in ("+8613900000002", "+8613900000003")}
    with begin_write(lab.engine) as conn:
        conn.execute(
            sa.insert(identity_tables.languages), [{"caller_mark": one, "language": "en"} for one in mark.values()]
        )
    assert lab.send("POST", "forget", json={"caller": "+8613900000002"}).status_code == 200
    with begin_read(lab.engine) as conn:
        assert list(conn.scalars(sa.select(identity_tables.languages.c.caller_mark))) == [mark["+8613900000003"]]
    for body in ({}, {"caller": 5}, []):
        assert lab.send("POST", "forget", json=body).status_code == 400
