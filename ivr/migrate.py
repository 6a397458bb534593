"""`python -m ivr.migrate`: bring the database up to date, ours and the follow-ups' (DBOS), before any process serves.

DBOS goes first: a client on a database without its tables is made without an error, and fails later,
inside a caller's turn.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from dbos import DBOS

from ivr.settings import Settings
from ivr.storage import begin_read, begin_write, connect

ONE_AT_A_TIME = 4907001  # any number, the same for everybody who migrates


def migrate(engine: sa.Engine) -> None:
    """Migrate both schemas; safe to repeat, and for several machines at once."""
    engine.connect().close()  # a new file gets our page size, not the follow-ups'
    _migrate_follow_ups(engine)
    with begin_write(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def is_migrated(engine: sa.Engine) -> bool:
    """Whether our schema is the one of this code, and the follow-ups' tables are there."""
    with begin_read(engine) as conn:
        ours = MigrationContext.configure(conn).get_current_revision() == _head()
        schema = "dbos" if conn.dialect.name == "postgresql" else None
        return ours and sa.inspect(conn).has_table("workflow_status", schema=schema)


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate_follow_ups(engine: sa.Engine) -> None:
    logging.getLogger("dbos").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        DBOS.migrate(engine.url.render_as_string(hide_password=False))


def main() -> None:
    """Migrate the database that the settings name."""
    settings = Settings.load()
    engine = connect(settings.database_url)
    migrate(engine)
    print(f"database ready: {engine.url.render_as_string(hide_password=True)}")


if __name__ == "__main__":
    main()
