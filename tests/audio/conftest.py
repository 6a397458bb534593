"""A real voice for the tests of sound. Without it they fail: a skipped test would prove nothing."""

from __future__ import annotations

import shutil

import pytest

from audio.espeak import PROGRAM, Espeak


@pytest.fixture(scope="session")
def voice() -> Espeak:
    """espeak-ng, which `make test` installs when it runs as root."""
    if shutil.which(PROGRAM) is None:
        pytest.fail(
            f"{PROGRAM} is not installed, and these tests listen to it: apt-get install -y {PROGRAM}", pytrace=False
        )
    return Espeak()
