"""The alarm of the queue: a line in the log, at each look, while somebody waits longer than QUEUE_ALARM_SECONDS."""

from __future__ import annotations

from ivr.config.logs import logger
from ivr.follow_up.context import Context
from ivr.queue import entries
from ivr.storage.database import begin_read


def watch_waits(context: Context) -> None:
    """Look at the longest wait once."""
    with begin_read(context.engine) as conn:
        longest = entries.longest_wait(conn, context.machine())
    if longest >= context.settings.queue_alarm_seconds:
        logger("queue").error("callers wait too long", seconds=int(longest))
