"""What is sealed in a call opens with the call's own key, and with nothing else once that is gone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.secrets import ERASED, BrokenSeal, Erased, Sealer
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.conftest import line
from tests.call_flows.line import Caller

__all__ = ["line"]
SERVER = Sealer(b"k" * 32)


def test_each_call_has_a_key_that_opens_its_own_and_no_other():
    """Not even the server key opens it, nor the key of a neighbour."""
    own, other = SERVER.new_key(), SERVER.new_key()
    token = SERVER.for_call(own).seal("words")
    assert SERVER.for_call(own).open(token) == "words"
    for wrong in (SERVER, SERVER.for_call(other), Sealer(b"x" * 32)):
        with pytest.raises(BrokenSeal):
            wrong.open(token)
    with pytest.raises(BrokenSeal):
        Sealer(b"x" * 32).for_call(own)


def test_after_an_erasure_nothing_opens_and_what_is_sealed_then_is_lost():
    """Codes and fingerprints are the server's, and stay."""
    gone = SERVER.for_call(ERASED)
    for token in (
        SERVER.for_call(SERVER.new_key()).seal("words"),
        SERVER.seal("words"),
        SERVER.for_call(ERASED).seal("words"),
    ):
        with pytest.raises(Erased):
            gone.open(token)
    assert gone.fingerprint("x") == SERVER.fingerprint("x") and gone.digits(6, "x") == SERVER.digits(6, "x")


def test_a_call_without_a_key_of_its_own_is_sealed_by_the_server():
    """So were all calls before there were such keys."""
    assert SERVER.for_call(None) is SERVER


def test_every_reply_of_a_call_is_sealed_by_its_key(line):
    """And the caller's number; none opens by the server key."""
    caller = Caller(line, "zh").calls()
    caller.presses("5").hangs_up()
    runtime = line.app.extensions["line"]
    with begin_read(runtime.engine) as conn:
        call = conn.execute(sa.select(journal.calls).where(journal.calls.c.call == caller.sid)).one()
        replies = conn.scalars(sa.select(journal.replies.c.reply)).all()
    for token in (call.caller_sealed, call.summary_sealed, *replies):
        assert runtime.sealer.for_call(call.key_sealed).open(token)
        with pytest.raises(BrokenSeal):
            runtime.sealer.open(token)


def test_a_call_whose_key_was_erased_while_it_runs_goes_on(line):
    """The next turn is played; only what is stored of it is lost, so a repeated webhook gets an apology."""
    caller = Caller(line, "zh", repeat=False).calls()
    with begin_write(line.app.extensions["line"].engine) as conn:
        conn.execute(sa.update(journal.calls).values(key_sealed=ERASED))
    caller.presses("5")
    assert caller.options and not caller.over
