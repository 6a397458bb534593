"""The metric files of a voice worker: their disk space is reserved before its first call.

prometheus_client maps them into memory. Where the disk is full, writing to such a file is not an error but a signal,
SIGBUS, which ends the worker with every call that it is answering.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from prometheus_client import values

from ivr.config.logs import logger

KINDS = {"histogram": 1024 * 1024, "counter": 64 * 1024}
"""Bytes for each kind of metric; in a histogram, one endpoint with one status takes about 2,500."""
HEAD = 8
"""Bytes in use in a file without any count."""


def reserve(folder: str) -> None:
    """Reserve the files of this process; without disk space its requests are answered but not counted."""
    try:
        for kind, size in KINDS.items():
            _reserve(Path(folder) / f"{kind}_{os.getpid()}.db", size)
    except OSError as error:
        values.ValueClass = values.MutexValue
        logger("app").error("requests are not counted", type=type(error).__name__, why=error.strerror)


def release(folder: str, pid: int) -> None:
    """Give back the unused space of a process that has ended; what it counted stays."""
    for kind in KINDS:
        file = Path(folder) / f"{kind}_{pid}.db"
        with suppress(OSError):
            with file.open("rb") as counted:
                used = int.from_bytes(
                    counted.read(4), sys.byteorder
                )  # the file's header, as prometheus_client writes it
            if used > HEAD:
                os.truncate(file, used)
            else:
                file.unlink()


def _reserve(file: Path, size: int) -> None:
    """Make the file under a name that no reader matches, then rename it. An existing file had the same pid."""
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
