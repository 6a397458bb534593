"""The database that tests share on PostgreSQL: nothing of one test reaches the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from ivr.lab.tables import worlds
from ivr.migrations.migrate import is_migrated
from ivr.storage.database import begin_read, begin_write, connect
from tests.conftest import DIALOGUES, FILES_ON_POSTGRES, TESTS_ON_POSTGRES

WORLD = sa.insert(worlds).values(document="{}").returning(worlds.c.id)


@pytest.fixture
def left(shared) -> Iterator[sa.Engine]:
    """A test's connections, which it forgot to close."""
    engine = connect(shared.in_first_state())
    yield engine
    engine.dispose()


def first_number(url: str) -> int:
    """Of a new row, in a database that is migrated and empty."""
    engine = connect(url)
    assert is_migrated(engine)
    with begin_write(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(worlds)) == 0
        number = conn.scalar(WORLD)
    engine.dispose()
    return number


def test_rows_tables_and_open_transactions_are_gone_and_numbers_begin_anew(shared, left):
    """In the same database."""
    with begin_write(left) as conn:
        conn.execute(WORLD)
        conn.execute(sa.text("CREATE TABLE tally (n INTEGER)"))
    waiting = left.connect()
    waiting.execute(WORLD)
    url = shared.in_first_state()
    assert url == left.url.render_as_string(hide_password=False) and first_number(url) == 1
    with pytest.raises(sa.exc.OperationalError):
        waiting.commit()
    waiting.close()
    with begin_read(left) as conn:
        assert not sa.inspect(conn).has_table("tally")


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE worlds",
        "ALTER TABLE worlds DROP COLUMN document",
        "CREATE INDEX one_more ON messages (error)",
        "UPDATE alembic_version SET version_num = '0001'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()",
    ],
)
def test_when_more_than_rows_has_changed_the_database_is_made_anew(shared, left, change):
    """Or when its keeper was thrown out."""
    with begin_write(left) as conn:
        conn.execute(sa.text(change))
    url = shared.in_first_state()
    assert url != left.url.render_as_string(hide_password=False) and first_number(url) == 1


def test_every_dialogue_that_is_to_be_held_on_postgresql_is_there():
    """A file or a test that was renamed would be left out unseen."""
    files = {path.stem: path.read_text("utf-8") for path in DIALOGUES.glob("test_*.py")}
    assert set(files) >= FILES_ON_POSTGRES
    assert {name for name in TESTS_ON_POSTGRES if not any(f"def {name}(" in text for text in files.values())} == set()
