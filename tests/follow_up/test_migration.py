"""A database of the first revision becomes what the code declares, with what was in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ivr.engine import journal
from ivr.migrations.migrate import _config, is_migrated, migrate
from ivr.migrations.schema import import_tables
from ivr.storage.database import begin_read, begin_write, metadata
from ivr.telephony.texting import Sent
from tests.follow_up.outboxes import send_due
from tests.follow_up.texted import put, row

OLD_MESSAGES = 'CREATE TABLE messages (id TEXT PRIMARY KEY, "at" TEXT NOT NULL, status TEXT NOT NULL, error INTEGER)'


DBOS_TABLES = (
    "CREATE TABLE {0}workflow_status (workflow_uuid TEXT PRIMARY KEY, name TEXT, status TEXT)",
    "CREATE TABLE {0}workflow_input (workflow_uuid TEXT PRIMARY KEY REFERENCES {0}workflow_status (workflow_uuid))",
    "CREATE TABLE {0}dbos_migrations (version INTEGER)",
)


@pytest.fixture
def database(new_database):
    """Nobody else's: its tables are changed."""
    return new_database


def test_the_second_revision_makes_what_is_missing(database):
    """Back to the first one, which had only the old table of messages, and up again."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0001")
        conn.execute(sa.text("DROP TABLE messages"))
        conn.execute(sa.text(OLD_MESSAGES))
        conn.execute(sa.text("INSERT INTO messages VALUES ('case:1', '2026-11-23T10:00:00+00:00', 'queued', NULL)"))
    assert not is_migrated(database)
    migrate(database)
    assert is_migrated(database)
    with begin_read(database) as conn:
        assert conn.execute(sa.text("SELECT id, status, tries, next FROM messages")).all() == [
            ("case:1", "queued", 0, None)
        ]


def test_the_third_revision_gives_calls_a_key_and_keeps_what_was_there(database):
    """A call from before has none; a ring keeps its state."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0002")
        conn.execute(sa.text("INSERT INTO calls (call, summary_sealed) VALUES ('CA1', 'x')"))
        conn.execute(sa.text("INSERT INTO rings (id, \"at\", status, placed) VALUES ('c1', 'now', 'queued', 'CA2')"))
    assert not is_migrated(database)
    migrate(database)
    with begin_read(database) as conn:
        assert conn.execute(sa.text("SELECT call, summary_sealed, key_sealed FROM calls")).all() == [("CA1", "x", None)]
        assert conn.execute(sa.text("SELECT id, status, tries FROM rings")).all() == [("c1", "queued", 0)]
    test_the_database_is_as_declared(database)


def test_the_fourth_revision_lets_a_consent_say_what_it_is(database):
    """One from before says nothing, and stays."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0003")
        conn.execute(sa.text("INSERT INTO consents (id, \"at\") VALUES ('a', 'now')"))
    assert not is_migrated(database)
    migrate(database)
    with begin_read(database) as conn:
        assert conn.execute(sa.text("SELECT id, push, wording, channel FROM consents")).all() == [
            ("a", None, None, None)
        ]
    test_the_database_is_as_declared(database)


TURN = (
    "INSERT INTO journal (call, turn, at, story, steps, wait, facts, language, slow, opening, reply) VALUES "
    "('CA1', {turn}, 'now', 'main', '[]', 'null', '{{}}', 'zh', false, 'null', '{reply}')"
)


def test_the_fifth_revision_moves_replies_out_of_the_journal(database):
    """Each turn keeps its own, and the next one's number is free."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0004")
        for turn, reply in ((1, "second"), (0, "first")):
            conn.execute(sa.text(TURN.format(turn=turn, reply=reply)))
    assert not is_migrated(database)
    migrate(database)
    with begin_write(database) as conn:
        assert [journal.reply(conn, "CA1", turn) for turn in (0, 1, 2)] == ["first", "second", None]
        row = journal.Row("CA1", 2, datetime(2026, 11, 23, 10, tzinfo=UTC), "main", [], None, {}, "zh", False)
        assert journal.append(conn, row, "third") and journal.last_reply(conn, "CA1") == "third"
    test_the_database_is_as_declared(database)


def test_the_sixth_revision_lets_a_voice_note_say_what_it_is(database):
    """One from before says nothing, and stays."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0005")
        conn.execute(sa.text("INSERT INTO voice_notes (id, \"at\") VALUES ('a', 'now')"))
    assert not is_migrated(database)
    migrate(database)
    with begin_read(database) as conn:
        found = conn.execute(sa.text("SELECT id, reference, seconds, status FROM voice_notes")).all()
        assert found == [("a", None, None, None)]
    test_the_database_is_as_declared(database)


def test_the_seventh_revision_lets_two_banks_give_two_payments_one_id(database):
    """What was there stays; of one customer a payment still has one dispute."""
    kept = (
        'INSERT INTO disputes (id, reference, customer, kind, about, due_provisional, status, "at") VALUES '
        "('{0}', '{0}', '{1}', 'duplicate', 'P1', false, 'received', 'now')"
    )
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0006")
        conn.execute(sa.text(kept.format("a", "one:1")))
    assert not is_migrated(database)
    migrate(database)
    with begin_write(database) as conn:
        conn.execute(sa.text(kept.format("b", "two:1")))
        assert conn.execute(sa.text("SELECT n, id FROM disputes ORDER BY n")).all() == [(1, "a"), (2, "b")]
    with pytest.raises(sa.exc.IntegrityError), begin_write(database) as conn:
        conn.execute(sa.text(kept.format("c", "two:1")))
    test_the_database_is_as_declared(database)


@pytest.mark.parametrize("status", ["ENQUEUED", "PENDING", "SUCCESS"])
def test_the_twelfth_revision_drops_the_tables_of_dbos_and_a_text_that_waited_in_them_is_due(bare, database, status):
    """The release before handed the first try of a text to DBOS; its row was in `messages` all the time."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0011")
        on_postgres = conn.dialect.name == "postgresql"
        for statement in ["CREATE SCHEMA dbos", *DBOS_TABLES][not on_postgres :]:
            conn.execute(sa.text(statement.format("dbos." if on_postgres else "")))
        job = "INSERT INTO {}workflow_status VALUES ('send_message:case:1', 'send_message', '{}')"
        conn.execute(sa.text(job.format("dbos." if on_postgres else "", status)))
        conn.execute(
            sa.text(
                "INSERT INTO {}workflow_input VALUES ('send_message:case:1')".format("dbos." if on_postgres else "")
            )
        )
    put(bare)
    assert not is_migrated(database)
    migrate(database)
    assert is_migrated(database)
    with begin_read(database) as conn:
        names = set(sa.inspect(conn).get_table_names())
        assert "dbos" not in sa.inspect(conn).get_schema_names()
    assert not names & {"workflow_status", "workflow_input", "dbos_migrations"} and names == set(metadata.tables) | {
        "alembic_version"
    }
    send_due(replace(bare, provider=SimpleNamespace(send=lambda *_: Sent("delivered"))))
    assert row(bare).status == "delivered"


def test_the_database_is_as_declared(database):
    """Nothing that a comparison would want to change in the tables of what follows a call."""
    import_tables()
    with begin_read(database) as conn:
        found = compare_metadata(MigrationContext.configure(conn), metadata)
    ours = (
        "consents",
        "disputes",
        "voice_notes",
        "voice_sounds",
        "recordings",
        "deliveries",
        "rings",
        "ring_attempts",
        "overdue",
        "line_states",
        "messages",
        "calls",
        "journal",
        "replies",
    )
    wanted = [change for change in found if any(f"'{name}'" in str(change) for name in ours)]
    assert wanted == []


def test_a_language_from_before_its_date_was_kept_counts_from_the_migration(database):
    """Nobody knows the day of the choice; it is not forgotten at once, and not kept for ever."""
    with begin_write(database) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.downgrade(config, "0029")
        conn.execute(sa.text("INSERT INTO caller_languages (caller_mark, language) VALUES ('m', 'en')"))
    migrate(database)
    with begin_read(database) as conn:
        assert conn.scalar(sa.text("SELECT at FROM caller_languages")) >= "2026"
