"""SQLite for tests: one file and one engine, put back to their first state for each test that takes them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ivr.storage.database import connect

MEMORY = Path("/dev/shm")
"""Where there is such a folder, files in it need no disk: tests kill our processes, never the machine."""


@dataclass(frozen=True)
class File:
    """A file of which each test finds a new copy, and an engine that keeps the statements it has compiled."""

    template: Path
    engine: sa.Engine

    def in_first_state(self, template: Path | None = None) -> sa.Engine:
        """The engine on a new copy of the template; a connection that a test has left open keeps the old one."""
        self.engine.dispose()
        path = Path(str(self.engine.url.database))
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        shutil.copyfile(template or self.template, path)
        return self.engine


@contextmanager
def kept_file(template: Path) -> Iterator[File]:
    """One for a session."""
    with tempfile.TemporaryDirectory(prefix="ivr-sqlite-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        engine = connect(f"sqlite:///{folder}/ivr.db")
        yield File(template, engine)
        engine.dispose()
