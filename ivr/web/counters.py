"""Where a voice worker counts: files of its own, whose room on the disk is taken before its first call.

They are mapped into memory, and to write where the disk has no room left is no error there but a signal, SIGBUS: it
ends the worker, with every call that it is answering.
"""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import values

from ivr.logs import logger

KINDS = {"histogram": 1024 * 1024, "counter": 64 * 1024}
"""Bytes for each kind of metric that we have; an endpoint with one status takes two and a half thousand of a histogram's."""


def reserve(folder: str) -> None:
    """Take the room of this process; when there is none, its calls are answered and not counted."""
    try:
        for kind, size in KINDS.items():
            _reserve(Path(folder) / f"{kind}_{os.getpid()}.db", size)
    except OSError as error:
        values.ValueClass = values.MutexValue
        logger("app").error("requests are not counted", type=type(error).__name__, why=error.strerror)


def _reserve(file: Path, size: int) -> None:
    """Under a name that nobody reads until it is whole. One that is there was begun by a process of the same number."""
    if file.exists():
        return
    draft = file.with_suffix(".new")
    try:
        with draft.open("wb") as new:
            os.posix_fallocate(new.fileno(), 0, size)
        draft.rename(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
