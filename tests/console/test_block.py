"""`flask block` bars a number for a time, shows whom it bars, and lets them call again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.identity.tables import blocked_callers
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read

NUMBER = "+12025550123"


def test_a_number_is_blocked_shown_by_its_ending_let_in_again_and_audited(typed, database):
    """The number itself is stored nowhere."""
    assert typed("block").output == "nobody is blocked\n"
    made = typed("block", "add", NUMBER, "--reason", "threatens agents", "--wallet", "haiyun")
    assert made.exit_code == 0 and "block 1: the number that ends in 0123, until" in made.output
    assert "block 1  …0123  haiyun, until" in typed("block").output and "threatens agents" in typed("block").output
    with begin_read(database) as conn:
        kept = conn.execute(sa.select(blocked_callers)).one()
        told = list(conn.execute(sa.select(audit_log)))
    assert NUMBER not in repr(kept) + repr(told)
    assert (
        typed("block", "remove", NUMBER, "--wallet", "haiyun").output == "the number that ends in 0123 may call again\n"
    )
    assert typed("block").output == "nobody is blocked\n"
    with begin_read(database) as conn:
        acts = [(one.act, one.about, one.wallet) for one in conn.execute(sa.select(audit_log))]
    assert acts == [("blocked", "block 1", "haiyun"), ("unblocked", "block 1", "haiyun")]


def test_a_second_block_takes_the_place_of_the_first(typed):
    """With its reason and its end."""
    for reason in ("first", "second"):
        typed("block", "add", NUMBER, "--reason", reason)
    (shown,) = typed("block").output.splitlines()
    assert "second" in shown


@pytest.mark.parametrize(
    "words, says",
    [
        (("add", "12345", "--reason", "x"), "is no number"),
        (("add", NUMBER), "--reason"),
        (("add", NUMBER, "--reason", " "), "1 to 200 characters"),
        (("add", NUMBER, "--reason", "x", "--days", "0"), "--days"),
        (("add", NUMBER, "--reason", "x", "--wallet", "moon"), "no wallet 'moon'"),
        (("remove", NUMBER), "is not blocked for all wallets"),
    ],
)
def test_a_wrong_block_is_refused_in_one_sentence(refused, words, says):
    """With exit code 2."""
    assert says in refused("block", *words)
