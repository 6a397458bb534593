"""The line of the dialogue tests, and raw signed requests to it."""

from tests.call_flows.conftest import line

__all__ = ["line"]
