"""Fails a run of the whole suite when a statement of ours was sent to SQLite and never to PostgreSQL.

A statement is known by the line of ours that sends it. Each worker counts its own process; servers that tests start
are not counted.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ivr.engine import hot_path

ROOT = Path(__file__).parents[1]
OURS = (f"{ROOT}/ivr/", f"{ROOT}/call_flows/")
HELPERS = (f"{ROOT}/ivr/storage/", hot_path.__file__)
"""They run the statements of others."""
SQLITE_ALONE = (
    "ivr/migrations/versions/0012_follow_ups_without_dbos.py upgrade",  # PostgreSQL has those tables in a schema
    "ivr/desk/phone_pages.py _add_deeds.<locals>.accept.<locals>.<lambda>",  # the read of a test's own telephone
    "ivr/simulator/browser_phone/lab_client.py _world",  # a plain SELECT; the tests of the browser phone run on SQLite
)
"""Functions whose statements only SQLite gets, as `file function`."""


class Statements:
    """A pytest plugin: collects the lines by database, over all workers."""

    def __init__(self) -> None:
        self.lines: dict[str, set[str]] = {"sqlite": set(), "postgresql": set()}
        self._seen: dict[str, set[tuple[str, int, str]]] = {"sqlite": set(), "postgresql": set()}
        self._sends: dict[str, bool] = {}
        sa.event.listen(sa.Engine, "before_cursor_execute", self._executed)
        self._run = hot_path.CompiledStatement.run
        hot_path.CompiledStatement.run = self._compiled()

    def only_on_sqlite(self) -> list[str]:
        """`file:line function` of each statement that PostgreSQL never got."""
        missing = self.lines["sqlite"] - self.lines["postgresql"]
        return sorted(one for one in missing if re.sub(r":[0-9]+ ", " ", one) not in SQLITE_ALONE)

    def _executed(self, conn: sa.Connection, *_: Any) -> None:
        self._note(conn.dialect.name)

    def _compiled(self) -> Any:
        original, note = hot_path.CompiledStatement.run, self._note

        def run(statement: hot_path.CompiledStatement, conn: sa.Connection, **values: Any) -> Any:
            note(conn.dialect.name)
            return original(statement, conn, **values)

        return run

    def _note(self, dialect: str) -> None:
        frame = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            ours = self._sends.get(file)
            if ours is None:
                ours = self._sends[file] = file.startswith(OURS) and not file.startswith(HELPERS)
            if ours:
                self._seen[dialect].add((file, frame.f_lineno, frame.f_code.co_qualname))
                return
            frame = frame.f_back

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker sends what it saw; the controller fails the run."""
        for dialect, seen in self._seen.items():
            self.lines[dialect] |= {f"{Path(file).relative_to(ROOT)}:{line} {name}" for file, line, name in seen}
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["statements"] = {name: sorted(lines) for name, lines in self.lines.items()}
        elif self._whole(session.config) and self.only_on_sqlite():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_testnodedown(self, node: Any) -> None:
        """The controller takes what a worker saw."""
        for name, lines in getattr(node, "workeroutput", {}).get("statements", {}).items():
            self.lines[name] |= set(lines)

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """The statements, after a run of the whole suite."""
        missing = self.only_on_sqlite() if self._whole(config) else []
        for line in missing:
            terminalreporter.write_line(f"never sent to PostgreSQL: {line}", red=True)

    @staticmethod
    def _whole(config: pytest.Config) -> bool:
        """Whether nothing was left out by a path, a name or a mark."""
        option = config.option
        return list(config.args) == ["tests"] and not (option.keyword or option.markexpr or option.collectonly)
