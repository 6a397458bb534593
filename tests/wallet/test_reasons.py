"""A failed top-up gets one honest reason, and the record wins over the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wallet.reasons import CODES, REASONS, Reason, needs_person, reason_for, reason_of

LINES = Path(__file__).parents[2] / "call_flows/prompts/zh/line.ftl"
MEANINGS = [
    ("51 insufficient_funds NOTENOUGH USER_BALANCE_NOT_ENOUGH", "insufficient-funds"),
    ("61 65 card_velocity_exceeded withdrawal_count_limit_exceeded", "bank-limit"),
    ("TOTAL_FEE_EXCEED BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR USER_AMOUNT_EXCEED_LIMIT", "wallet-limit"),
    ("PAYMENT_COUNT_EXCEED_LIMIT MONEY_LIMIT", "wallet-limit"),
    ("14 15 incorrect_number invalid_expiry incorrect_cvc", "card-info"),
    ("54 33 expired_card", "card-expired"),
    ("55 75 authentication_required USER_PAYMENT_VERIFICATION_FAILED", "verification"),
    ("57 58 62 transaction_not_allowed card_not_supported", "not-permitted"),
    ("05 01 70 do_not_honor generic_decline", "generic"),
    ("41 43 04 07 34 59 63 lost_card stolen_card fraudulent RISK_REJECT BUYER_ENABLE_STATUS_FORBID", "risk"),
    ("91 92 issuer_not_available BANKERROR", "issuer-down"),
    ("94 duplicate_transaction TRADE_HAS_SUCCESS REPEAT_REQ_INCONSISTENT", "duplicate"),
    ("68 09 SYSTEMERROR USERPAYING ACQ.SYSTEM_ERROR UNKNOWN_EXCEPTION PAYMENT_IN_PROCESS", "unknown"),
    ("96 PROCESS_FAIL", "system-fault"),
    ("USER_STATUS_ABNORMAL USER_KYC_NOT_QUALIFIED V2_ACCOUNT_SIMPLE_BAN", "account-state"),
    ("ORDER_IS_CLOSED TRADE_HAS_CLOSE AUTHCODEEXPIRE", "expired"),
]
EVERY_CODE = [(code, Reason(reason)) for codes, reason in MEANINGS for code in codes.split()]
codes = st.sampled_from([*REASONS, "ACQ.SYSTEM_ERROR", "no_such_code", "", None])


@pytest.mark.parametrize("code, reason", EVERY_CODE, ids=lambda value: str(value))
def test_every_known_code_has_its_reason(code, reason):
    """In any letters, and with Alipay's prefix."""
    assert {reason_of(each) for each in (code, code.lower(), code.upper(), f" {code} ")} == {reason}
    assert reason_of(f"ACQ.{code.removeprefix('ACQ.')}") is reason


def test_no_code_is_in_the_table_twice():
    """Else the order of the table would decide."""
    assert len(REASONS) == sum(len(row.split()) for row in CODES.values())


@pytest.mark.parametrize("code", [None, "", "Z9", "card_declined", "ACQ."])
def test_an_unmapped_code_is_generic(code):
    """The bank gave no reason that we could repeat."""
    assert reason_of(code) is Reason.GENERIC


@given(codes, st.sampled_from([True, False, None]))
def test_a_success_is_a_success_whatever_the_code(code, debited):
    """Some channels leave the code of an earlier attempt."""
    assert reason_for("succeeded", code, debited) is Reason.SUCCEEDED


@given(codes, st.sampled_from([True, False, None]), st.sampled_from(["pending", "closing", ""]))
def test_what_is_not_final_is_unknown_whatever_the_code(code, debited, status):
    """A status that we have never seen is no failure either."""
    assert reason_for(status, code, debited) is Reason.UNKNOWN


@given(codes, st.sampled_from(["pending", "failed"]))
def test_debited_without_success_is_unknown_whatever_the_code(code, status):
    """The bank has the money: nobody may say "failed"."""
    assert reason_for(status, code, True) is Reason.UNKNOWN


@pytest.mark.parametrize("code", ["96", "SYSTEM_ERROR", "system_error", "ACQ.SYSTEM_ERROR", "PROCESS_FAIL"])
@pytest.mark.parametrize("debited", [False, None])
def test_a_failure_with_a_system_code_is_our_fault(code, debited):
    """The record was asked for afterwards and is closed."""
    assert reason_for("failed", code, debited) is Reason.SYSTEM_FAULT


@pytest.mark.parametrize("code", ["68", "09", "SYSTEMERROR", "USERPAYING", "UNKNOWN_EXCEPTION", "PAYMENT_IN_PROCESS"])
def test_a_failure_of_unknown_outcome_stays_unknown_while_nobody_knows_about_the_debit(code):
    """The bank may still have taken the money."""
    assert reason_for("failed", code, None) is Reason.UNKNOWN


@pytest.mark.parametrize(
    "code, reason",
    [
        ("68", Reason.EXPIRED),
        ("09", Reason.EXPIRED),
        ("userpaying", Reason.EXPIRED),
        ("PAYMENT_IN_PROCESS", Reason.EXPIRED),
        ("SYSTEMERROR", Reason.SYSTEM_FAULT),
        ("UNKNOWN_EXCEPTION", Reason.SYSTEM_FAULT),
    ],
)
def test_a_failure_without_debit_has_a_known_outcome(code, reason):
    """No money is on its way back, so no return of money may be promised."""
    assert reason_for("failed", code, False) is reason


@pytest.mark.parametrize("code, reason", [pair for pair in EVERY_CODE if pair[1] is not Reason.UNKNOWN])
@pytest.mark.parametrize("debited", [False, None])
def test_any_other_failure_goes_by_its_code(code, reason, debited):
    """Whether or not the wallet says that the bank took nothing."""
    assert reason_for("failed", code, debited) is reason


def test_risk_and_account_state_need_a_person_and_nothing_else_does():
    """What a machine may not explain."""
    assert {reason for reason in Reason if needs_person(reason)} == {Reason.RISK, Reason.ACCOUNT_STATE}


def test_every_reason_has_its_message():
    """The values are the ends of the message ids."""
    said = {line.split(" =")[0] for line in LINES.read_text().splitlines() if line.startswith("advice-")}
    assert said == {f"advice-{reason}" for reason in Reason}
