"""How a text ended comes back as a signed notice: in any order, twice, with little in it or forged, it leaves one
end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from ivr.follow_up.messages import notice, send_message
from ivr.storage.database import begin_write
from ivr.telephony.texting import Sent
from tests.follow_up.outboxes import send_due
from tests.follow_up.texted import MARK, put, row, worker_context
from tests.web.wire import post


@pytest.mark.parametrize("order", [*permutations(["answer", "sent", "delivered"])], ids="-".join)
def test_status_callbacks_in_any_order_or_twice_give_one_status(bare, order):
    """In every order, the provider's own answer among them, each notice twice."""

    class Provider:
        def send(self, message_id, text):
            tell(order[: order.index("answer")])
            return Sent("sent")

    def tell(states):
        for state in (*states, *states):
            with begin_write(bare.engine) as conn:
                notice(conn, MARK, state, None)

    put(bare)
    send_message(replace(bare, provider=Provider()), "case:1")
    tell(order[order.index("answer") + 1 :])
    assert (row(bare).status, row(bare).parts) == ("delivered", 1)


def test_a_delivered_text_stays_delivered(bare):
    """Two tries of one text: the better end counts, whichever notice is the later one."""
    put(bare)
    for state, error, kept in (("undelivered", 30003, True), ("delivered", None, True), ("failed", 30008, False)):
        with begin_write(bare.engine) as conn:
            assert notice(conn, MARK, state, error) is kept
    assert (row(bare).status, row(bare).error) == ("delivered", None)


def test_a_status_callback_settles_a_text_whose_response_was_lost(bare, time):
    """The request timed out, the text is on its way: it is not sent a second time."""

    class Lost:
        asked = 0

        def send(self, message_id, text):
            self.asked += 1
            with begin_write(bare.engine) as conn:
                notice(conn, text.mark, "sent", None)
            raise TimeoutError

    provider = Lost()
    put(bare)
    send_message(replace(bare, provider=provider), "case:1")
    time.passes(timedelta(hours=1))
    send_due(replace(bare, provider=provider))
    assert (row(bare).status, provider.asked) == ("sent", 1)


@pytest.mark.parametrize(
    "form",
    [
        {"MessageStatus": "queued"},
        {"MessageStatus": "dropped"},
        {"MessageStatus": ""},
        {"MessageStatus": "<b>", "ErrorCode": "x" * 500},
        {},
    ],
)
def test_an_incomplete_or_invalid_status_callback_changes_nothing(line, form):
    """Nor does a right one for a mark that nobody gave out."""
    here = worker_context(line, None)
    put(here)
    assert post(line, f"/voice/texts/{MARK}", form).status_code == 204
    assert post(line, "/voice/texts/ffffffffffffffff", {"MessageStatus": "delivered"}).status_code == 204
    assert row(here).status == "queued"


def test_a_status_callback_with_an_invalid_error_code_is_stored_without_it(line):
    """The state is what counts."""
    here = worker_context(line, None)
    put(here)
    form = {"MessageStatus": "undelivered", "ErrorCode": "²" * 3}
    assert post(line, f"/voice/texts/{MARK}", form).status_code == 204
    assert (row(here).status, row(here).error) == ("undelivered", None)


@pytest.mark.parametrize("signed", ["", "forged"])
def test_an_unsigned_status_callback_is_refused(line, signed):
    """As everything under /voice, and whether or not there is such a text."""
    here = worker_context(line, None)
    put(here)
    for mark in (MARK, "ffffffffffffffff", "x"):
        assert post(line, f"/voice/texts/{mark}", {"MessageStatus": "delivered"}, signed=signed).status_code == 403
    assert row(here).status == "queued"
