"""Transactions mean what they say, on both databases."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ivr.migrations.migrate import is_migrated, migrate
from ivr.migrations.schema import import_tables
from ivr.storage.database import begin_read, begin_write, clean, connect, metadata

SEEN = sa.text("SELECT count(*) FROM tally")


@pytest.fixture
def tally(database: sa.Engine) -> sa.Engine:
    with begin_write(database) as conn:
        conn.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
    return database


def test_a_writer_holds_the_lock_from_its_first_word(tmp_path):
    """BEGIN IMMEDIATE is really sent: a second writer is refused before it has read anything."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    first, second = connect(url), connect(url)
    with second.connect() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout=10")
    with begin_write(first), pytest.raises(sa.exc.OperationalError, match="locked"), begin_write(second):
        pass
    first.dispose()
    second.dispose()


def test_sqlite_survives_a_power_cut(tmp_path):
    """WAL with synchronous=FULL, and foreign keys are checked."""
    engine = connect(f"sqlite:///{tmp_path / 'one.db'}")
    with begin_read(engine) as conn:
        found = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1]


def rights(folder: Path) -> dict[str, str]:
    """Of each file, as `ls` would say them in numbers."""
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}


def test_nobody_else_reads_a_database_wherever_it_lies(tmp_path):
    """Outside of DATA_DIR, in a folder that anybody may enter, under a umask that would let them."""
    before = os.umask(0o022)
    try:
        engine = connect(f"sqlite:///{tmp_path / 'one.db'}")
        with begin_write(engine) as conn:
            conn.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
        assert rights(tmp_path) == {"one.db": "0o600", "one.db-wal": "0o600", "one.db-shm": "0o600"}
        engine.dispose()
    finally:
        os.umask(before)


def test_of_an_older_database_strangers_rights_end_and_a_group_stays(tmp_path):
    """Its log, too, which an earlier release left there."""
    first, second = (connect(f"sqlite:///{tmp_path / 'one.db'}") for _ in range(2))
    with begin_write(first) as conn:
        conn.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
    for path in tmp_path.iterdir():
        path.chmod(0o664)
    with begin_write(first) as conn:
        conn.exec_driver_sql("INSERT INTO tally VALUES (1)")
        with begin_read(second) as other:
            assert other.execute(SEEN).scalar() == 0
    assert rights(tmp_path) == {"one.db": "0o660", "one.db-wal": "0o660", "one.db-shm": "0o660"}
    first.dispose()
    second.dispose()


def test_a_new_file_has_pages_that_hold_a_turn(tmp_path):
    """Whoever migrates first: the size cannot be changed afterwards."""
    engine = connect(f"sqlite:///{tmp_path / 'one.db'}")
    migrate(engine)
    with begin_read(engine) as conn:
        assert conn.exec_driver_sql("PRAGMA page_size").scalar() == 8192
    engine.dispose()


def test_a_broken_transaction_leaves_nothing(tally):
    """An exception rolls back, table changes too."""
    with pytest.raises(ZeroDivisionError), begin_write(tally) as conn:  # noqa: PT012
        conn.exec_driver_sql("INSERT INTO tally VALUES (1)")
        raise ZeroDivisionError
    with begin_read(tally) as conn:
        assert conn.scalar(SEEN) == 0


def test_many_threads_add_without_losing_one(tally):
    """Eight threads, ten transactions each: no lock error and nothing lost."""

    def add():
        for _ in range(10):
            with begin_write(tally) as conn:
                conn.exec_driver_sql("INSERT INTO tally VALUES (1)")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with begin_read(tally) as conn:
        assert conn.scalar(SEEN) == 80


def test_errors_never_show_what_was_stored(database):
    """A parameter may be a telephone number."""
    with pytest.raises(sa.exc.SQLAlchemyError) as caught, begin_write(database) as conn:
        conn.execute(sa.text("SELECT :number FROM nowhere"), {"number": "+8613900000001"})
    assert "13800138000" not in str(caught.value)


def test_clean_text_can_be_stored_anywhere(database):
    """NUL, control characters and lone surrogates go; everything that people write stays."""
    dirty = "王\x00小\ud83d明\x1b🙂 O'Neil"
    with begin_read(database) as conn:
        assert conn.scalar(sa.select(sa.literal(clean(dirty)))) == "王小明🙂 O'Neil"


def test_the_migrated_database_is_what_the_rooms_declare(database):
    """No table, column or index is missing or too many."""
    import_tables()
    with begin_read(database) as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    assert is_migrated(database)


def test_an_empty_database_is_not_migrated_and_migrating_twice_changes_nothing(database_url):
    """Readiness says no before, and yes after, once or twice."""
    engine = connect(database_url)
    assert not is_migrated(engine)
    migrate(engine)
    migrate(engine)
    assert is_migrated(engine)
    engine.dispose()
