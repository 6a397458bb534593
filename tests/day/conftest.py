"""The line with a desk, as in tests/queue."""

from tests.queue.conftest import desk, line

__all__ = ["desk", "line"]
