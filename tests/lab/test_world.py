"""A world is loaded whole, and a reset restores it and forgets what happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.callbacks import tables as callbacks_tables
from ivr.cases import tables as cases_tables
from ivr.demo.tables import customers, records
from ivr.engine import claims, journal
from ivr.follow_up.tables import deliveries, lab_texts, messages
from ivr.handover import tables as handover_tables
from ivr.identity import tables as identity_tables
from ivr.lab import scene, tables, world
from ivr.migrations.schema import import_tables
from ivr.operations import tables as operations_tables
from ivr.queue import tables as queue_tables
from ivr.staff import tables as staff_tables
from ivr.storage.database import begin_read, begin_write, metadata
from ivr.talks import tables as talks_tables
from ivr.task_routing import tables as task_tables
from ivr.voice_notes import tables as voice_notes_tables
from ivr.wallet import references
from ivr.wallet.shapes import DocumentError
from ivr.wallet.tables import wallet_lines, wallets

STAFF = {
    *(staff_tables.staff, staff_tables.staff_sessions, staff_tables.sign_ins, staff_tables.audit_log),
    queue_tables.agent_states,
    task_tables.task_workers,
}
"""Who was added stays signed in; that the world was reset changes nothing in what they did."""
AT = "2026-11-23T02:00:00+00:00"
QUEUED = {"language": "zh", "topic": "other", "priority": 2, "status": "queued", "tries": 0}
OFFERED = {"address": "+12025550181", "state": "ringing", "status": "queued"}
TALK = {"mode": "bridged", "holding": False, "conference_over": False, "began": AT, "status": "queued"}
ACTED = {"act": "text", "about": "police", "details": "{}", "status": "done"}
LEG = {"state": "joined", "hold": False, "sequence": 1}
KEPT = {"id": "x1", "wallet": "haiyun", "customer": "K1", "call": "CA1", "at": AT}
DUE = {"reference": "202611999", "about": "U1", "due": "2026-12-02", "due_provisional": False, "status": "received"}
TURN = {"call": "CA1", "turn": 0, "at": AT, "story": "main", "steps": "[]", "facts": "{}", "language": "zh"}
HAPPENED = {
    journal.calls: {"call": "CA1"},
    journal.journal: TURN | {"slow": False, "reply": 1},
    journal.replies: {"reply": ""},
    journal.notices: {"call": "CA1", "kind": "status", "sequence": "1", "at": AT, "body": "{}"},
    claims.claims: {"call": "CA1", "turn": 0, "worker": "w", "until": AT},
    cases_tables.cases: KEPT | DUE | {"kind": "unknown"},
    callbacks_tables.callbacks: KEPT | {"number_sealed": "", "number_mask": "", "status": "draft"},
    cases_tables.freezes: KEPT,
    identity_tables.warnings: KEPT | {"kind": "locked"},
    queue_tables.queue_entries: {"id": "q1", "call": "CA1", "wallet": "haiyun", "entered": AT} | QUEUED,
    queue_tables.agent_offers: {"id": "o1", "entry": "q1", "staff": "lin", "at": AT, "tries": 0} | OFFERED,
    queue_tables.withdrawn_legs: {"id": "o1", "address": "+12025550181", "at": AT, "status": "queued"},
    queue_tables.talk_notes: {"entry": "q1", "staff": "lin", "call": "CA1", "at": AT, "outcome": "solved"},
    queue_tables.ratings: {"call": "CA1", "wallet": "haiyun", "at": AT, "status": "good"},
    staff_tables.agent_acts: {"id": "f", "call": "CA1", "wallet": "haiyun", "staff": "lin", "at": AT} | ACTED,
    talks_tables.talks: {"id": "o1", "entry": "q1", "call": "CA1", "wallet": "haiyun", "staff": "lin"} | TALK,
    talks_tables.talk_legs: {"id": "l1", "talk": "o1", "role": "agent", "address": "client:lin", "at": AT} | LEG,
    talks_tables.talk_steps: {"id": "o1-00001", "talk": "o1", "leg": "l1", "act": "hold", "status": "queued"},
    task_tables.task_reservations: {"id": "WR1", "task": "WT1", "offer": "o1", "status": "queued"},
    identity_tables.blocked_callers: {"caller": "m", "ending": "0001", "reason": "abuse", "at": AT, "until": AT},
    operations_tables.announcements: {"place": "menu", "text_zh": "好", "text_en": "Yes", "at": AT, "until": AT},
    identity_tables.verification_acts: {"act": "shown", "account": "K1", "who": "w", "at": AT},
    cases_tables.consents: KEPT,
    voice_notes_tables.voice_notes: KEPT,
    voice_notes_tables.sounds: {"id": "x1", "sealed": b""},
    voice_notes_tables.recordings: {"id": "x1", "call": "CA1", "turn": 9, "seconds": 9, "at": AT, "status": "queued"},
    identity_tables.challenges: {"call": "CA1", "number": 1, "hash": "", "sent": AT, "fails": 0, "used": False},
    identity_tables.languages: {"caller_mark": "m", "language": "zh"},
    handover_tables.summary_views: {"call": "CA1", "who": "alice", "at": AT},
    callbacks_tables.callback_queue: {"id": "x1", "at": AT, "status": "queued"},
    callbacks_tables.ring_attempts: {
        "id": "x1",
        "ring": "x1",
        "number": 1,
        "agent": "a",
        "at": AT,
        "accepted": False,
        "status": "queued",
    },
    cases_tables.overdue: {"reference": "202611999", "due": "2026-12-02", "at": AT},
    operations_tables.line_states: {"state": "person", "at": AT},
    deliveries: {"id": "202611999:opened", "at": AT, "body": "{}", "status": "queued"},
    messages: {"id": "case:1", "at": AT, "status": "queued"},
    lab_texts: {"message": "case:1", "sealed": "", "at": AT, "status": "sent"},
}
RESTORED = {wallets, wallet_lines, customers, records, cases_tables.disputes, identity_tables.attempts}
SURVIVES = {tables.scene, tables.worlds} | STAFF


def load(engine, document):
    with begin_write(engine) as conn:
        return world.load(conn, document)


def reset(engine):
    with begin_write(engine) as conn:
        world.reset(conn)


def column(engine, found):
    with begin_read(engine) as conn:
        return list(conn.scalars(sa.select(found)))


def count(engine, table):
    with begin_read(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table))


def test_every_table_is_restored_forgotten_or_kept_on_purpose():
    """A table that is new must be thought of here."""
    import_tables()
    ours = {table for table in metadata.tables.values() if table.name != "alembic_version"}
    assert ours == RESTORED | SURVIVES | set(world.HAPPENED)
    assert set(world.HAPPENED) == set(HAPPENED) and set(world.LOADED) == RESTORED


def test_a_world_is_counted(database, demo):
    """Every list, also the empty ones."""
    counts = load(database, demo)
    assert (counts["wallets"], counts["customers"], counts["attempts"]) == (2, len(demo["customers"]), 0)


def test_a_world_replaces_the_one_before_completely(database, demo):
    """Nothing of the old one is left in any table."""
    load(database, demo)
    load(database, {"wallets": [demo["wallets"][1]]})
    assert column(database, wallets.c.id) == ["linfu"]
    assert column(database, wallet_lines.c.line) == ["+864000000102"]
    assert [
        count(database, table) for table in (customers, records, cases_tables.disputes, identity_tables.attempts)
    ] == [0, 0, 0, 0]


def test_a_world_that_is_refused_changes_nothing(database, demo):
    """The one before stands."""
    load(database, demo)
    demo["customers"][0]["wallet"] = "hayun"
    with pytest.raises(DocumentError):
        load(database, demo)
    assert count(database, customers) == len(demo["customers"])


def test_lines_choose_the_wallet_and_official_numbers_do_not(database, demo):
    """95001 is on the website, not on our switch."""
    demo["wallets"][0]["lines"] = ["+864000000101", "+864000000199"]
    load(database, demo)
    assert set(column(database, wallet_lines.c.line)) == {"+864000000101", "+864000000199", "+864000000102"}


def test_records_keep_their_order_and_their_words(database, demo):
    """Each kind as it came."""
    load(database, demo)
    with begin_read(database) as conn:
        rows = conn.execute(sa.select(records).order_by(records.c.n)).all()
    for kind, name in (
        ("top-up", "top_ups"),
        ("payment", "payments"),
        ("promotion", "promotions"),
        ("reward", "rewards"),
    ):
        assert [json.loads(row.document) for row in rows if row.kind == kind] == demo[name]


def test_a_dispute_of_the_world_is_a_dispute_of_the_desk(database, demo):
    """About its payment, of its reason, in its customer's wallet."""
    load(database, demo)
    with begin_read(database) as conn:
        row = conn.execute(sa.select(cases_tables.disputes).where(cases_tables.disputes.c.id == "P1")).one()
    assert (row.id, row.reference, row.wallet, row.about, row.kind) == ("P1", "202611017", "haiyun", "Y2", "duplicate")
    assert (row.status, row.due, row.refund_to, row.call) == ("in-review", "2026-12-02", "balance", None)


def test_earlier_attempts_count_against_their_account(database, demo):
    """In UTC, so that text compares as time."""
    demo["attempts"] = [{"customer": "K1", "at": "2026-11-23T09:00:00+08:00", "ok": False}] * 2
    load(database, demo)
    with begin_read(database) as conn:
        rows = conn.execute(sa.select(identity_tables.attempts)).all()
    assert {(row.account, row.factor, row.at, row.ok) for row in rows} == {
        ("K1", "earlier", "2026-11-23T01:00:00.000000+00:00", False)
    }
    assert len(rows) == 2


def test_a_reset_forgets_all_that_happened(database, demo):
    """Calls, journal, notices, claims, codes, languages, cases, callbacks, drafts, texts …"""
    load(database, demo)
    with begin_write(database) as conn:
        for table, row in HAPPENED.items():
            conn.execute(sa.insert(table).values(row))
    reset(database)
    assert {table.name: count(database, table) for table in HAPPENED} == {table.name: 0 for table in HAPPENED}


def test_a_reset_restores_what_the_world_came_with(database, demo):
    """Also what was changed in it."""
    demo["attempts"] = [{"customer": "K1", "at": "2026-11-23T09:00:00+08:00", "ok": False}]
    load(database, demo)
    with begin_write(database) as conn:
        for table in (customers, cases_tables.disputes, identity_tables.attempts):
            conn.execute(sa.delete(table))
        conn.execute(sa.insert(identity_tables.attempts).values(id="a", factor="pin", at=AT, ok=False, account="K1"))
    reset(database)
    assert count(database, customers) == len(demo["customers"])
    assert column(database, cases_tables.disputes.c.id) == [one["id"] for one in demo["disputes"]]
    assert column(database, identity_tables.attempts.c.id) == ["earlier-0"]


def test_a_reset_and_a_world_keep_the_scene(database, demo):
    """Clock, agents and modes are set by their own requests only."""
    with begin_write(database) as conn:
        before = scene.change(conn, clock_now=AT, agents_available=0, wallet="down", sms="reject")
    load(database, demo)
    reset(database)
    with begin_read(database) as conn:
        assert scene.read(conn) == before


def test_a_reset_without_a_world_is_nothing(database):
    """A fresh database has none."""
    reset(database)
    assert count(database, wallets) == 0


def test_a_world_of_thousands_is_loaded_in_seconds(database, demo):
    """Tests of load bring large ones."""
    one = demo["customers"][0]
    crowd = [one | {"id": f"C{n}", "wallet_id": f"3{n:07d}", "mobile": f"+86199{n:08d}"} for n in range(5000)]
    begun = datetime.now(UTC)
    load(database, {"wallets": demo["wallets"], "customers": crowd})
    assert datetime.now(UTC) - begun < timedelta(seconds=10) and count(database, customers) == 5000


@pytest.mark.parametrize("now", ["2024-02-29T23:59:00+00:00", "2026-11-23T10:00:00+08:00", "2031-01-01T00:10:00+08:00"])
def test_the_demo_is_moved_to_yesterday(demo, now):
    """The newest record, whatever the day."""
    moment = datetime.fromisoformat(now)
    moved = world.moved(demo, moment)
    newest = max(datetime.fromisoformat(one["at"]) for one in moved["top_ups"] + moved["payments"])
    assert (moment.astimezone(newest.tzinfo).date() - newest.date()).days == 1


def test_moving_moves_every_date_by_as_much(demo):
    """Also days, spans of promotions, and what is due; and nothing but dates."""
    demo["rewards"][0] |= {"completed_at": "2026-11-20T12:00:00+08:00", "credit_due": "2026-11-30"}
    moved = world.moved(demo, datetime(2026, 12, 2, 4, tzinfo=UTC))  # ten days later than the file's next day
    assert moved["rewards"][0] == demo["rewards"][0] | {
        "completed_at": "2026-11-30T12:00:00+08:00",
        "credit_due": "2026-12-10",
    }
    assert moved["disputes"][0]["due"] == "2026-12-12" and moved["customers"][3]["registered_on"] == "2026-11-30"
    assert moved["promotions"][0]["ends"] == "2026-12-10T23:59:59+08:00"
    assert moved["wallets"] == demo["wallets"]


def test_a_new_database_gets_the_demo_once(database, demo):
    """A world that somebody loaded is not touched at the next start."""
    with begin_write(database) as conn:
        world.load_default_if_empty(conn)
    assert count(database, customers) == len(demo["customers"])
    load(database, {"wallets": demo["wallets"]})
    with begin_write(database) as conn:
        world.load_default_if_empty(conn)
    assert count(database, customers) == 0


def test_references_of_the_demo_can_be_keyed(demo):
    """Their check digit is right."""
    assert all(references.is_valid(one["reference"]) for one in demo["disputes"])
