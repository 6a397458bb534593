"""Secrets that the line generates: files that only this user may read, made by the first process."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing or wrong. The message says which, what came, and what to write instead."""


def keep_secret(path: Path, make: Callable[[], str]) -> str:
    """Read a 0600 file; make it first if it is missing. Of processes that start together, one wins and all read it."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(make())
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def server_key(path: Path) -> bytes:
    """Read the server key, and make it at the first start; raises SettingsError if the file is damaged."""
    text = keep_secret(path, lambda: secrets.token_hex(32))
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise SettingsError(f"{path} is damaged; put it back from a copy, or delete it and lose the stored replies")
    return bytes.fromhex(text)


def private_folder(path: Path) -> Path:
    """Make the folder readable by this user only and return its absolute path; raises SettingsError."""
    path = path.absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            f"DATA_DIR is {str(path)!r} ({error.strerror}); write a folder that this user may make"
        ) from None
    return path
