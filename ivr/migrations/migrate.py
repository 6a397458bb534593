"""`python -m ivr.migrations.migrate`: bring the database up to date before any process serves."""

from __future__ import annotations

import sys
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ivr.config.settings import Settings, SettingsError
from ivr.storage.database import begin_read, begin_write, connect

ONE_AT_A_TIME = 4907001  # any number, the same for everybody who migrates


def migrate(engine: sa.Engine) -> None:
    """Migrate the schema; safe to repeat and to run on several machines at once."""
    with begin_write(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def migrate_or_say_why(engine: sa.Engine) -> None:
    """Migrate for a person at a terminal: raises SettingsError without the database's message, which may hold the
    password."""
    address = f"DATABASE_URL is {engine.url.render_as_string(hide_password=True)}, and that database"
    try:
        if is_newer(engine):
            raise SettingsError(
                f"{address} was migrated by a newer release, from which there is no way back; "
                "run that release here, or restore the backup from before it"
            )
        migrate(engine)
    except sa.exc.SQLAlchemyError as error:
        raise SettingsError(
            f"{address} cannot be brought up to date ({type(error).__name__}); "
            "is its server running, is the password right, may this user write there?"
        ) from None
    finally:
        engine.dispose()


def is_newer(engine: sa.Engine) -> bool:
    """Whether the database has a schema version that this code does not know."""
    with begin_read(engine) as conn:
        revision = _revision(conn)
    scripts = ScriptDirectory.from_config(_config())
    return revision is not None and revision not in {one.revision for one in scripts.walk_revisions()}


def is_migrated(engine: sa.Engine) -> bool:
    """Whether the schema is the one of this code."""
    with begin_read(engine) as conn:
        return _revision(conn) == _head()


def _revision(conn: sa.Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def main() -> int:
    """Migrate the database that the settings name."""
    try:
        settings = Settings.load()
        engine = connect(settings.database_url)
        migrate_or_say_why(engine)
    except SettingsError as error:
        print(f"ivr: {error}", file=sys.stderr)
        return 2
    print(f"database ready: {engine.url.render_as_string(hide_password=True)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
