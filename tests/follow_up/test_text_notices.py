"""How a text ended comes back as a signed notice: in any order, twice, with little in it or forged, it leaves one
end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa

from ivr.follow_up.messages import notice, send_again, send_message
from ivr.follow_up.tables import messages
from ivr.storage.database import begin_write
from ivr.telephony.texting import Sent
from tests.follow_up.outboxes import send_due
from tests.follow_up.texted import MARK, TEXT, put, row, worker_context
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


def sent_by(here, answer):
    """A provider gives this answer, or breaks off."""

    class Provider:
        def send(self, message_id, text):
            if answer is None:
                raise TimeoutError
            return answer(text) if callable(answer) else answer

    return replace(here, provider=Provider())


@pytest.mark.parametrize("answer", [Sent("sent"), Sent("failed", 21614), None])
def test_the_last_digits_of_the_number_are_kept_until_the_text_has_arrived(bare, answer):
    """People who read that it failed learn where it was to go; the whole number stays at the wallet."""
    put(bare)
    send_message(sent_by(bare, answer), "case:1")
    assert row(bare).number_mask == TEXT.to[-4:] and TEXT.to not in str(row(bare))
    with begin_write(bare.engine) as conn:
        notice(conn, MARK, "undelivered", 30003)
    assert row(bare).number_mask == TEXT.to[-4:]
    with begin_write(bare.engine) as conn:
        notice(conn, MARK, "delivered", None)
    assert row(bare).number_mask is None


@pytest.mark.parametrize("end", ["delivered", "erased"])
def test_nothing_of_the_number_is_kept_when_the_text_arrives_or_is_erased_while_it_is_sent(bare, end):
    """The answer to the request comes after that."""

    def answer(_text):
        with begin_write(bare.engine) as conn:
            conn.execute(sa.update(messages).values(status=end))
        return Sent("sent")

    put(bare)
    send_message(sent_by(bare, answer), "case:1")
    assert (row(bare).status, row(bare).number_mask) == (end, None)


def test_a_text_that_is_sent_again_has_a_day_of_its_own_and_ignores_notices_of_the_tries_before(bare, time):
    """Otherwise the late notice of the first one would end the second."""
    put(bare)
    send_message(sent_by(bare, Sent("failed", 30003)), "case:1")
    time.passes(timedelta(days=3))
    with begin_write(bare.engine) as conn:
        assert send_again(conn, "case:1") and not send_again(conn, "case:1")
        assert not notice(conn, MARK, "undelivered", 30003)
    send_message(sent_by(bare, None), "case:1")
    assert row(bare).status == "queued"
    time.passes(timedelta(minutes=2))
    send_message(sent_by(bare, Sent("sent")), "case:1")
    assert (row(bare).status, row(bare).error) == ("sent", None)


def test_a_code_is_never_sent_again(bare):
    """Its minutes are over, and whoever gets it is not on the telephone any more."""
    put(bare, "code:1")
    send_message(sent_by(bare, Sent("failed", 30003)), "code:1")
    with begin_write(bare.engine) as conn:
        assert not send_again(conn, "code:1")
