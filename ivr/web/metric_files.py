"""Where a voice worker counts: files of its own, whose room on the disk is taken before its first call.

They are mapped into memory, and to write where the disk has no room left is no error there but a signal, SIGBUS: it
ends the worker, with every call that it is answering.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from prometheus_client import values

from ivr.config.logs import logger

KINDS = {"histogram": 1024 * 1024, "counter": 64 * 1024}
"""Bytes for each kind of metric that we have; an endpoint with one status takes two and a half thousand of a histogram's."""
HEAD = 8
"""Bytes in use of a file in which nothing was counted."""


def reserve(folder: str) -> None:
    """Take the room of this process; when there is none, its calls are answered and not counted."""
    try:
        for kind, size in KINDS.items():
            _reserve(Path(folder) / f"{kind}_{os.getpid()}.db", size)
    except OSError as error:
        values.ValueClass = values.MutexValue
        logger("app").error("requests are not counted", type=type(error).__name__, why=error.strerror)


def release(folder: str, pid: int) -> None:
    """Of a process that has ended: what it counted stays, and the room that it did not use is given back."""
    for kind in KINDS:
        file = Path(folder) / f"{kind}_{pid}.db"
        with suppress(OSError):
            with file.open("rb") as counted:
                used = int.from_bytes(counted.read(4), sys.byteorder)  # the library's own head of the file
            if used > HEAD:
                os.truncate(file, used)
            else:
                file.unlink()


def _reserve(file: Path, size: int) -> None:
    """Under a name that nobody reads until it is whole; one that is there was begun by a process of the same number."""
    if file.exists():
        with file.open("r+b") as old:
            os.posix_fallocate(old.fileno(), 0, size)
        return
    draft = file.with_suffix(".new")
    try:
        with draft.open("wb") as new:
            os.posix_fallocate(new.fileno(), 0, size)
        draft.rename(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
