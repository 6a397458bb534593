"""A stage for the root flow in which something is ordered, on each database."""

from __future__ import annotations

import pytest

from ivr.storage.database import begin_write
from tests.engine.ordering import TOUCHED, ledger, rescue
from tests.engine.stage import Stage


@pytest.fixture
def stage(database, tmp_path):
    """A stage on a fresh database."""
    with begin_write(database) as conn:
        ledger.create(conn, checkfirst=True)
    TOUCHED.clear()
    made = Stage(database, tmp_path, {"rescue": rescue})
    yield made
    made.runtime.close()
