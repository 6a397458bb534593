"""Maps the codes of banks and channels to the reasons that the line can explain.

One table from the codes of banks and channels to a reason; each reason has a message `advice-…`. Codes are never
spoken. Sources: ISO 8583 response codes (field 39), Stripe decline codes, Alipay and WeChat Pay error codes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Status = Literal["succeeded", "failed", "pending"]


class Reason(StrEnum):
    """The values are the ends of the `advice-…` and `payment-…` messages."""

    INSUFFICIENT_FUNDS = "insufficient-funds"
    BANK_LIMIT = "bank-limit"
    WALLET_LIMIT = "wallet-limit"
    CARD_INFO = "card-info"
    CARD_EXPIRED = "card-expired"
    VERIFICATION = "verification"
    NOT_PERMITTED = "not-permitted"
    GENERIC = "generic"
    RISK = "risk"
    ISSUER_DOWN = "issuer-down"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    SYSTEM_FAULT = "system-fault"
    ACCOUNT_STATE = "account-state"
    NETWORK = "network"
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"


# ISO 8583 first, then Stripe (small letters), then Alipay and WeChat Pay (capitals).
# NETWORK has no codes: what never arrived has no record. GENERIC is also the answer to any other code.
CODES = {
    Reason.INSUFFICIENT_FUNDS: "51 insufficient_funds NOTENOUGH USER_BALANCE_NOT_ENOUGH",
    Reason.BANK_LIMIT: "61 65 card_velocity_exceeded withdrawal_count_limit_exceeded",
    Reason.WALLET_LIMIT: "TOTAL_FEE_EXCEED BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR USER_AMOUNT_EXCEED_LIMIT"
    " PAYMENT_COUNT_EXCEED_LIMIT MONEY_LIMIT",
    Reason.CARD_INFO: "14 15 incorrect_number invalid_expiry incorrect_cvc",
    Reason.CARD_EXPIRED: "33 54 expired_card",
    Reason.VERIFICATION: "55 75 authentication_required USER_PAYMENT_VERIFICATION_FAILED",
    Reason.NOT_PERMITTED: "57 58 62 transaction_not_allowed card_not_supported",
    Reason.GENERIC: "01 05 70 do_not_honor generic_decline",
    Reason.RISK: "04 07 34 41 43 59 63 lost_card stolen_card fraudulent RISK_REJECT BUYER_ENABLE_STATUS_FORBID",
    Reason.ISSUER_DOWN: "91 92 issuer_not_available BANKERROR",
    Reason.DUPLICATE: "94 duplicate_transaction TRADE_HAS_SUCCESS REPEAT_REQ_INCONSISTENT",
    Reason.UNKNOWN: "09 68 SYSTEMERROR SYSTEM_ERROR USERPAYING UNKNOWN_EXCEPTION PAYMENT_IN_PROCESS",
    Reason.SYSTEM_FAULT: "96 PROCESS_FAIL",
    Reason.ACCOUNT_STATE: "USER_STATUS_ABNORMAL USER_KYC_NOT_QUALIFIED V2_ACCOUNT_SIMPLE_BAN",
    Reason.EXPIRED: "ORDER_IS_CLOSED TRADE_HAS_CLOSE AUTHCODEEXPIRE",
}
REASONS = {code.upper(): reason for reason, codes in CODES.items() for code in codes.split()}
OUR_FAULT = ("96", "SYSTEM_ERROR")
STILL_WAITING = ("09", "68", "USERPAYING", "PAYMENT_IN_PROCESS")


def reason_of(code: str | None) -> Reason:
    """The reason for a code alone. Letter case and Alipay's prefix `ACQ.` are ignored; an unknown code is generic."""
    return REASONS.get(_plain(code), Reason.GENERIC)


def reason_for(status: str, code: str | None, bank_debited: bool | None) -> Reason:
    """The reason for a record: its status and the bank's debit take precedence over its code.

    Nothing but `failed` is a failure, and no failure is certain while the bank has the money.
    """
    if status == "succeeded":
        return Reason.SUCCEEDED
    if status != "failed" or bank_debited:
        return Reason.UNKNOWN
    if _plain(code) in OUR_FAULT:
        return Reason.SYSTEM_FAULT
    reason = reason_of(code)
    return _closed(code) if reason is Reason.UNKNOWN and bank_debited is False else reason


def outcome_of(status: Status, code: str | None, bank_debited: bool | None) -> Status:
    """The status to tell where no reason is told: a record with an open outcome is pending, whatever its status."""
    return "pending" if reason_for(status, code, bank_debited) is Reason.UNKNOWN else status


def proves_no_debit(status: str, bank_debited: bool | None) -> bool:
    """Whether the record itself says that it failed and that the bank took nothing; not knowing is no proof."""
    return status == "failed" and bank_debited is False


def needs_person(reason: Reason) -> bool:
    """Whether the advice ends with an agent."""
    return reason in (Reason.RISK, Reason.ACCOUNT_STATE)


def _closed(code: str | None) -> Reason:
    """A code that said "wait" on a record that failed while the bank took nothing: there is nothing to wait for.

    "May still succeed" and "the bank returns the money" would both be untrue. What waited for the payer or the bank
    was given up, and may begin again; a system error was ours. As long as the bank's debit is unknown
    (`bank_debited` None), the outcome stays unknown.
    """
    return Reason.EXPIRED if _plain(code) in STILL_WAITING else Reason.SYSTEM_FAULT


def _plain(code: str | None) -> str:
    return (code or "").strip().upper().removeprefix("ACQ.")
