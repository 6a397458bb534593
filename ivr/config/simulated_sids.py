"""SIDs of what the simulator keeps in memory, made from names: after a restart they are the same, and settings hold."""

from __future__ import annotations

import hashlib

TASKROUTER_NAME = "Support line"
"""The name of our workspace and of its workflow."""
PAUSE = "Pause"
"""The name of the activity of a worker who is not to be given callers for a while."""


def simulated_sid(prefix: str, workspace: str, *names: str) -> str:
    """The SID of what has these names in the workspace of that name."""
    text = "\n".join((prefix, workspace, *names))
    return prefix + hashlib.sha256(text.encode()).hexdigest()[:32]
