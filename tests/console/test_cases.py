"""`flask cases` lists what is not done, and says how far one is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.cases.tables import cases
from ivr.storage.database import begin_read, begin_write


@pytest.fixture
def kept(database: sa.Engine, live: object) -> sa.Engine:
    """Three cases, one of them done."""
    with begin_write(database) as conn:
        for place, status in ((1, "received"), (2, "in-review"), (3, "done")):
            who = {"id": f"case-{place}", "reference": f"26110000{place}", "wallet": "haiyun", "customer": "K1"}
            what = {"kind": "unknown", "about": f"U{place}", "due": f"2026-11-2{5 - place}", "due_provisional": False}
            conn.execute(sa.insert(cases).values(status=status, at="2026-11-20T10:00:00+08:00", **who, **what))
    return database


def stages(database: sa.Engine) -> list[str]:
    with begin_read(database) as conn:
        return list(conn.scalars(sa.select(cases.c.status).order_by(cases.c.n)))


def test_what_is_not_done_is_listed_by_its_date(typed, kept):
    """With the counts of all of them."""
    assert typed("cases").output.splitlines() == [
        "1 received, 1 in-review, 1 done",
        "261100002 due 2026-11-23  haiyun K1, unknown, in-review",
        "261100001 due 2026-11-24  haiyun K1, unknown, received",
    ]


def test_a_stage_is_set_and_said(typed, kept):
    """One case, and no other."""
    assert typed("cases", "stage", "261100001", "done").output == "261100001 was received and is done\n"
    assert stages(kept) == ["done", "in-review", "done"]


@pytest.mark.parametrize(
    "words, why", [(("261100001", "lost"), "no stage"), (("999999999", "done"), "no case"), (("1",), "STAGE")]
)
def test_what_cannot_be_is_refused(refused, kept, words, why):
    """In one sentence, and nothing changes."""
    assert why in refused("cases", "stage", *words)
    assert stages(kept) == ["received", "in-review", "done"]
