"""`flask verification` shows who tried to be a customer, opens a lock, and keeps who typed it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ivr.console import verification
from ivr.identity.guessing import utc
from ivr.identity.tables import attempts, verification_acts
from ivr.storage.database import begin_read, begin_write


@pytest.fixture
def tried(database):
    """Wrong rounds of a moment ago, as far as the machine's clock goes: this line is no lab."""
    with begin_write(database) as conn:
        for place, caller in enumerate(("a" * 32, "a" * 32, None, "b" * 32)):
            row = {"wallet": "haiyun", "account": "haiyun:K1", "caller": caller, "factor": "pin", "call": "CA1"}
            conn.execute(sa.insert(attempts).values(id=str(place), **row, at=utc(datetime.now(UTC)), ok=place == 3))


def kept(database):
    with begin_read(database) as conn:
        return [(row.act, row.account, row.who) for row in conn.execute(sa.select(verification_acts))]


def test_the_rounds_of_a_day_are_shown_by_who_called_and_no_number_is(typed, tried, database, monkeypatch):
    """By the wallet's own id or by the line's; and that somebody looked is kept."""
    monkeypatch.setattr(verification, "logged_in_account", lambda: "wang")
    for name in ("K1", "haiyun:K1"):
        shown = typed("verification", "show", "haiyun", name)
        assert (
            "telephone aaaaaaaa: 0 right, 2 wrong" in shown.output
            and "hidden numbers: 0 right, 1 wrong" in shown.output
        )
        assert "telephone bbbbbbbb: 1 right, 0 wrong" in shown.output and "unlocked: never" in shown.output
    assert kept(database) == [("shown", "haiyun:K1", "wang")] * 2


def test_a_lock_is_opened_by_somebody_who_is_on_record(typed, tried, database, monkeypatch):
    """Who, and when; the next one who looks sees it."""
    monkeypatch.setattr(verification, "logged_in_account", lambda: "wang")
    assert "haiyun:K1 is unlocked" in typed("verification", "unlock", "haiyun", "K1").output
    assert kept(database) == [("unlocked", "haiyun:K1", "wang")]
    assert "by wang" in typed("verification", "show", "haiyun", "K1").output


def test_a_customer_at_whom_nothing_was_tried_is_refused(refused, tried):
    """A slip of the hand unlocks nobody."""
    assert "nobody tried to be 'K7'" in refused("verification", "unlock", "haiyun", "K7")
    assert "nobody tried to be 'K1'" in refused("verification", "show", "linfu", "K1")
