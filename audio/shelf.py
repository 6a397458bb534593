"""Files by content: the same request always has the same name, so that a file is made once and never stale.

Several processes may make the same file at the same time. Each writes its own draft and renames it;
whoever is last replaces equal bytes by equal bytes, and no reader ever sees half a file. What callers
hear may be personal (a number read back), so only this user may read the shelf, and `sweep` empties it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path


class Shelf:
    """A folder of WAV files named by what is in them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        self.folder = folder

    def take(self, content: object, make: Callable[[], bytes]) -> Path:
        """The file for this content (anything that JSON can hold), made if it is not there."""
        path = self.folder / f"{digest(content)}.wav"
        if not path.exists():
            self._put(path, make())
        return path

    def sweep(self, days: float) -> int:
        """Remove what was made longer ago than this, drafts of dead processes too; how many files went."""
        oldest = time.time() - days * 86_400
        old = [path for path in self.folder.glob("*.wav*") if path.stat().st_mtime < oldest]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _put(self, path: Path, content: bytes) -> None:
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def digest(content: object) -> str:
    """32 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
