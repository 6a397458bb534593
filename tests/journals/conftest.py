"""The line and the callers of the dialogue tests."""

from tests.call_flows.conftest import caller, line

__all__ = ["caller", "line"]
