"""Reasons for a hand-over: every reason for which a flow asks for an agent, and its words for the agent's screen.

The reason is stored in the facts of the call in English, as it stands here. It is shown to agents, not spoken to
callers.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr.handover.agent_words import agent_words

ASKED = "asked"
SILENCE = "silence"
WRONG = "wrong"
"""The engine gives these: the caller pressed 0, or had three no-inputs or no-matches (with the prompt's name)."""
NOT_SOLVED = "not solved"
NOT_VERIFIED = "not verified"
NO_ANSWER = "wallet did not answer"
NO_ANSWER_NOT_FROZEN = "wallet did not answer, nothing is frozen"
FREEZE_NOT_PROVED = "freeze wanted, not proved"
FREEZE_UNKNOWN = "nobody knows whether the account is frozen"
MONEY_SENT = "money sent to a fraudster"
STOLEN = "stolen account or lost phone"
LIFT_FREEZE = "freeze to be lifted"
TOP_UP = "top-up needs a person"
PAYMENT = "payment needs a person"
CHARGED_UNKNOWN = "charged, and the outcome is open"
TRANSACTION_NOT_FOUND = "transaction not found"
WRONG_PAYEE = "paid to the wrong person"
SECOND_CHARGE_NOT_FOUND = "second charge not found"
PAST_DISPUTE_WINDOW = "past the dispute window"
DISPUTE_UNKNOWN = "nobody knows whether the dispute is filed"
REFERENCE_UNKNOWN = "reference unknown"
CONSENT_UNKNOWN = "nobody knows whether messages about offers are on"
LINE_TO_PERSON = "line switched to a person"
LINE_CLOSED = "line closed"
FAULT = "fault of the line"

CHINESE: dict[str, str] = agent_words()["reasons"]["zh"]


def reason_text(reason: str | None, lang: str, words_of: Callable[[str, str], str]) -> str | None:
    """A stored reason → its text in the agent's language.

    `silence at <prompt>` and `wrong at <prompt>` are followed by the words of that prompt, if it has words of its own.
    """
    if reason is None or lang == "en":
        return reason
    if reason in CHINESE:
        return CHINESE[reason]
    failure, _, prompt = reason.partition(" at ")
    question = words_of(prompt, lang)
    return CHINESE.get(failure, reason) + (f" ({question})" if question else "")
