"""What every implementation of `Wallet` does: the demo on SQL, and the one over HTTP against the reference server."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.demo.tables import customers
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_write
from ivr.wallet.types import AlreadyDisputed, Both, Prize, Spending, StaysFrozen

LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
NOWHERE = ["nobody", "haiyun:nobody", "K99", "haiyun:K99", "kunlun:K1", "?c1a0", ""]


def soon():
    """A deadline that no request reaches."""
    return time.monotonic() + 4


def at(text):
    return datetime.fromisoformat(f"2026-11-{text}+08:00")


@pytest.fixture
def account_of(wallet):
    """A customer's account id as this implementation names it, by what is keyed."""

    def find(identifier, of="haiyun"):
        return wallet.find_account(of, [identifier], soon()).id

    return find


@pytest.fixture
def lin(account_of):
    return account_of("+8619900000051")


@pytest.fixture
def dana(account_of):
    return account_of("+12025550151")


@pytest.fixture
def priya(account_of):
    return account_of("+12025550156")


def test_an_account_is_found_by_mobile_and_by_wallet_id(wallet, lin):
    """The same one, with everything that the line uses."""
    found = wallet.find_account("haiyun", ["10002051"], soon())
    assert found == wallet.account(lin, soon())
    assert (found.wallet, found.mobile, found.language, found.status) == ("haiyun", "+8619900000051", "zh", "active")
    assert (found.balance, found.points, found.push_opt_in) == (152350, 860, False)
    assert (found.registered_on, found.two_factor) == (date(2024, 3, 8), False)
    assert [(card.bank.en, card.tail) for card in found.cards][:1] == [("China Construction Bank", "2215")]


def test_the_earlier_identifier_wins(wallet, lin, dana):
    """A keyed number may be read in more than one way."""
    assert wallet.find_account("haiyun", ["+864", "+12025550151", "10002051"], soon()).id == dana
    assert wallet.find_account("haiyun", ["10002051", "+12025550151"], soon()).id == lin


@pytest.mark.parametrize(
    "wallet_id, keyed", [("haiyun", "+8619900000099"), ("linfu", "+8619900000051"), ("haiyun", "%")]
)
def test_a_number_that_the_wallet_does_not_have_finds_nobody(wallet, wallet_id, keyed):
    """Nor does a number of the other wallet."""
    assert wallet.find_account(wallet_id, [keyed], soon()) is None


def test_no_identifier_finds_nobody(wallet):
    """An empty list is an answer too."""
    assert wallet.find_account("haiyun", [], soon()) is None


def test_an_account_without_a_mobile_has_none(wallet):
    """Registered with e-mail only."""
    assert wallet.find_account("haiyun", ["10002054"], soon()).mobile is None


@pytest.mark.parametrize("tail, right", [("21403X", True), ("21403x", False), ("214030", False), ("", False)])
def test_an_id_tail_is_right_or_wrong(wallet, lin, tail, right):
    """As a whole."""
    assert wallet.check_id_tail(lin, tail, "call-1:4:tail:1", soon()) is right


@pytest.mark.parametrize("pin, right", [("481920", True), ("481921", False), ("", False)])
def test_a_pin_is_right_or_wrong(wallet, dana, pin, right):
    """As a whole."""
    assert wallet.check_pin(dana, pin, "call-1:5:pin:1", soon()) is right


def test_without_a_pin_no_pin_is_right(wallet, lin):
    """Not even none."""
    assert not any(wallet.check_pin(lin, pin, "call-1:5:pin:1", soon()) for pin in ("", "null", "000000"))


@pytest.mark.parametrize("account", NOWHERE)
def test_an_account_that_does_not_exist_has_nothing(wallet, account):
    """Neither records nor proofs, and no error that would say so."""
    assert wallet.account(account, soon()) is None
    assert wallet.check_id_tail(account, "21403X", "call-1:4:tail:1", soon()) is False
    assert wallet.check_pin(account, "481920", "call-1:5:pin:1", soon()) is False
    assert wallet.top_ups(account, LONG_AGO, LATER, soon()) == []
    assert wallet.transactions(account, LONG_AGO, LATER, soon()).transactions == []
    assert wallet.spending(account, LONG_AGO, LATER, soon()) == Spending(0, 0)
    assert wallet.disputes(account, soon()) == wallet.rewards(account, soon()) == []


@pytest.mark.parametrize("account", NOWHERE)
def test_nothing_is_done_to_an_account_that_does_not_exist(wallet, account):
    """A write there is no success."""
    for write in (
        lambda: wallet.freeze(account, "call-1:9:freeze:1", soon()),
        lambda: wallet.unfreeze(account, "call-1:unfreeze:1", soon()),
        lambda: wallet.dispute(account, "Y1", "not-me", "call-1:9:dispute:1", soon()),
        lambda: wallet.consent(account, True, "call-1:9:consent:1", soon()),
    ):
        with pytest.raises(Unavailable):
            write()


def test_top_ups_come_oldest_first_with_what_the_wallet_knows(wallet, lin):
    """Unknown stays unknown."""
    first, second = wallet.top_ups(lin, LONG_AGO, LATER, soon())
    assert (first.id, first.amount, first.status, first.code, first.bank_debited) == ("U1", 30000, "failed", "54", None)
    assert (second.id, second.at, second.channel, second.bank_debited) == ("U2", at("21T09:40:00"), "card", True)
    assert second.at.utcoffset() == timedelta(hours=8)


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(wallet, lin):
    """Half open, in every zone."""
    exactly = at("20T20:15:00")
    assert [one.id for one in wallet.top_ups(lin, exactly, at("21T09:40:00"), soon())] == ["U1"]
    assert [one.id for one in wallet.top_ups(lin, exactly.astimezone(UTC), LATER, soon())] == ["U1", "U2"]
    assert wallet.top_ups(lin, exactly, exactly, soon()) == []


def test_transactions_come_page_by_page_newest_first(wallet, priya):
    """All of them once, payments and top-ups together."""
    pages = [wallet.transactions(priya, LONG_AGO, LATER, soon(), limit=4)]
    while pages[-1].next:
        pages.append(wallet.transactions(priya, LONG_AGO, LATER, soon(), after=pages[-1].next, limit=4))
    told = [one for page in pages for one in page.transactions]
    assert [len(page.transactions) for page in pages] == [4, 4, 4, 3]
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
    assert {one.id for one in told} == {*(f"U{n}" for n in range(8, 20)), "Y7", "Y8", "Y9"}


def test_a_payment_has_a_payee_and_a_top_up_a_channel(wallet, lin):
    """In both languages."""
    top_up, _, bus, books = wallet.transactions(lin, LONG_AGO, LATER, soon()).transactions
    assert (top_up.kind, top_up.channel, top_up.payee) == ("top-up", "card", None)
    assert (bus.kind, bus.amount, bus.payee, bus.channel) == ("payment", 1200, Both("城市公交", "City Bus"), None)
    assert books.payee == Both("晨光书店", "Morning Light Books")


def test_spending_adds_up_what_was_paid(wallet, lin, dana):
    """Succeeded payments only, in the period."""
    assert wallet.spending(lin, LONG_AGO, LATER, soon()) == Spending(5790, 2)
    assert wallet.spending(lin, at("20T00:00:00"), LATER, soon()) == Spending(1200, 1)
    assert wallet.spending(dana, LONG_AGO, LATER, soon()) == Spending(0, 0)


def test_disputes_are_told_with_their_stage(wallet, lin, dana):
    """And the promised day."""
    (one,) = wallet.disputes(lin, soon())
    assert (one.payment, one.reason, one.status, one.due) == ("Y2", "duplicate", "in-review", date(2026, 12, 2))
    assert (one.at, one.refund_to) == (at("20T10:00:00"), "balance")
    assert wallet.disputes(dana, soon()) == []


def test_promotions_are_the_wallets_own(wallet):
    """With what they give."""
    known = wallet.promotions("haiyun", soon())
    assert {one.id for one in known} == {f"M{place}" for place in range(1, 8)}
    (back,) = [one for one in known if one.id == "M2"]
    assert (back.audience, back.reward) == ("existing", Prize("cash-back", 800, 30000))
    assert back.title.en == "monthly cash-back for existing users"
    assert {one.id for one in wallet.promotions("linfu", soon())} == {"M8", "M9"}


def test_rewards_say_how_far_one_is(wallet, lin, dana):
    """Only those of this customer."""
    (one,) = wallet.rewards(lin, soon())
    assert (one.promotion, one.progress, one.completed_at, one.credit_due) == ("M2", 5790, None, None)
    assert wallet.rewards(dana, soon()) == []


def test_a_frozen_account_is_frozen_and_stays_so(wallet, lin):
    """Asked again under the same key it is the same freeze."""
    frozen = wallet.freeze(lin, "call-1:9:freeze:1", soon())
    assert frozen.account == lin and frozen.at.tzinfo
    assert wallet.account(lin, soon()).status == "frozen"
    assert wallet.freeze(lin, "call-1:9:freeze:1", soon()) == frozen
    assert wallet.freeze(lin, "call-2:9:freeze:1", soon()).account == lin


def test_a_freeze_is_lifted_once_and_the_same_key_lifts_no_later_one(wallet, lin):
    """A repeat of an old request must not free an account that was frozen again since."""
    wallet.freeze(lin, "call-1:9:freeze:1", soon())
    assert wallet.account(lin, soon()).may_unfreeze
    lifted = wallet.unfreeze(lin, "call-2:unfreeze:1", soon())
    assert lifted.account == lin and lifted.at.tzinfo and wallet.account(lin, soon()).status == "active"
    assert wallet.unfreeze(lin, "call-2:unfreeze:2", soon()).account == lin
    wallet.freeze(lin, "call-3:9:freeze:1", soon())
    assert wallet.unfreeze(lin, "call-2:unfreeze:1", soon()) == lifted
    assert wallet.account(lin, soon()).status == "frozen"


def test_a_freeze_that_is_for_the_wallets_staff_stays(wallet, account_of, database):
    """Of a court, or of the risk department: it is refused, which is no unknown outcome."""
    with begin_write(database) as conn:
        kept = json.loads(conn.scalar(sa.select(customers.c.document).where(customers.c.id == "K3")))
        changed = json.dumps(kept | {"may_unfreeze": False})
        conn.execute(sa.update(customers).where(customers.c.id == "K3").values(document=changed))
    sun = account_of("+8619900000053", "linfu")
    assert (wallet.account(sun, soon()).status, wallet.account(sun, soon()).may_unfreeze) == ("frozen", False)
    with pytest.raises(StaysFrozen):
        wallet.unfreeze(sun, "call-1:unfreeze:1", soon())
    assert wallet.account(sun, soon()).status == "frozen"


def test_a_dispute_is_filed_once_for_a_payment(wallet, lin):
    """Under the same key it is the same one, under another it is refused."""
    filed = wallet.dispute(lin, "Y1", "wrong-amount", "call-1:9:dispute:1", soon())
    assert (filed.payment, filed.reason, filed.status) == ("Y1", "wrong-amount", "received")
    assert wallet.dispute(lin, "Y1", "wrong-amount", "call-1:9:dispute:1", soon()) == filed
    with pytest.raises(AlreadyDisputed):
        wallet.dispute(lin, "Y1", "not-me", "call-1:9:dispute:2", soon())
    with pytest.raises(AlreadyDisputed):
        wallet.dispute(lin, "Y2", "not-me", "call-1:9:dispute:3", soon())
    assert [one.payment for one in wallet.disputes(lin, soon())] == ["Y2", "Y1"]


def test_somebody_elses_payment_is_not_disputed(wallet, lin):
    """Nor one that does not exist."""
    for payment in ("Y3", "U1", "Y99"):
        with pytest.raises(Unavailable):
            wallet.dispute(lin, payment, "not-me", f"call-1:9:dispute:{payment}", soon())


def test_a_consent_is_kept_and_taken_back(wallet, lin):
    """What was said last holds."""
    said = wallet.consent(lin, True, "call-1:9:consent:1", soon())
    assert (said.account, said.push) == (lin, True)
    assert wallet.account(lin, soon()).push_opt_in is True
    assert wallet.consent(lin, False, "call-1:12:consent:1", soon()).push is False
    assert wallet.account(lin, soon()).push_opt_in is False


def test_a_key_stands_for_one_write(wallet, lin, dana):
    """Another write under it is refused, and not done."""
    wallet.consent(lin, True, "call-1:9:consent:1", soon())
    with pytest.raises(Unavailable):
        wallet.consent(lin, False, "call-1:9:consent:1", soon())
    with pytest.raises(Unavailable):
        wallet.freeze(dana, "call-1:9:consent:1", soon())
    assert wallet.account(lin, soon()).push_opt_in is True
    assert wallet.account(dana, soon()).status == "active"
