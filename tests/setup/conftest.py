"""The simulator, for what asks it instead of Twilio."""

from tests.simulator.conftest import company, desk  # noqa: F401
