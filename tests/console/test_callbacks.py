"""`flask callbacks` shows what was not made yet; whole numbers only on request."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.engine import journal
from ivr.engine.secrets import ERASED, Sealer
from ivr.storage.database import begin_write

AT, NUMBER = "2026-11-23T10:00:00+08:00", "+8613900000001"


@pytest.fixture
def five(database, live):
    """One in each state, one of them erased."""
    server = Sealer(live.server_key)
    with begin_write(database) as conn:
        for place, status in enumerate(("queued", "reached", "missed", "by-hand", "erased")):
            key = ERASED if status == "erased" else server.new_key()
            conn.execute(sa.insert(journal.calls).values(call=f"CA{place}", key_sealed=key))
            kept = {"id": f"c{place}", "call": f"CA{place}", "wallet": "haiyun", "at": AT, "slot": AT}
            sealed = {"number_sealed": server.for_call(key).seal(NUMBER), "number_mask": "0001", "status": "requested"}
            conn.execute(sa.insert(callbacks).values(**kept, **sealed))
            ended = "customer: no-answer" if status == "missed" else None
            conn.execute(
                sa.insert(callback_queue).values(
                    id=f"c{place}", at=AT, status=status, tries=3 if ended else 0, ended=ended
                )
            )


def test_what_people_have_to_ring_comes_first(typed, five):
    """Masked."""
    assert typed("callbacks").output.splitlines() == [
        "1 missed, 1 by-hand, 0 ringing, 1 queued, 1 reached, 0 done, 1 erased",
        "missed  CA2  haiyun …0001, slot 2026-11-23T10:00, 3 tries, last customer: no-answer",
        "by-hand CA3  haiyun …0001, slot 2026-11-23T10:00, 0 tries, last none",
        "queued  CA0  haiyun …0001, slot 2026-11-23T10:00, 0 tries, last none",
    ]


def test_whole_numbers_are_shown_on_request_and_an_erased_one_never(typed, five, database):
    """Nor does it stop the list."""
    with begin_write(database) as conn:
        conn.execute(sa.update(journal.calls).where(journal.calls.c.call == "CA3").values(key_sealed=ERASED))
    shown = typed("callbacks", "--numbers").output
    assert shown.count(NUMBER) == 2 and "by-hand CA3  haiyun (Erased)" in shown


def test_what_people_have_rung_is_ticked_off(typed, refused, five, database):
    """Once; what was reached, or never promised, cannot be."""
    assert typed("callbacks", "done", "CA2").output == "CA2 is done\n"
    assert "0 missed, 1 by-hand, 0 ringing, 1 queued, 1 reached, 1 done" in typed("callbacks").output
    for call in ("CA2", "CA1", "CA4", "CA9"):
        assert f"call '{call}' has no callback that waits" in refused("callbacks", "done", call)


def test_a_wrong_word_is_refused_in_one_sentence(refused):
    """With exit code 2."""
    assert "No such command" in refused("callbacks", "all")
