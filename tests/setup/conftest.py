"""The simulator, for what asks it instead of Twilio."""

from tests.simulator.conftest import simulator, stub  # noqa: F401
