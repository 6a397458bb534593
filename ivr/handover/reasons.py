"""Reasons for a hand-over: every reason for which a flow asks for an agent, and its words for the agent's screen.

The reason is stored in the facts of the call in English, as it stands here. It is shown to agents, not spoken to
callers.
"""

from __future__ import annotations

from collections.abc import Callable

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

CHINESE = {
    ASKED: "客户要求人工",
    SILENCE: "多次没有按键",
    WRONG: "多次按键不对",
    NOT_SOLVED: "问题没有解决",
    NOT_VERIFIED: "身份验证没有通过",
    NO_ANSWER: "钱包系统没有响应",
    NO_ANSWER_NOT_FROZEN: "钱包系统没有响应，账户没有冻结",
    FREEZE_NOT_PROVED: "要冻结账户，身份没有核实",
    FREEZE_UNKNOWN: "冻结结果未知",
    STOLEN: "账户被盗或手机丢失",
    LIFT_FREEZE: "要解除冻结",
    TOP_UP: "充值需要人工核实",
    PAYMENT: "付款需要人工核实",
    CHARGED_UNKNOWN: "客户称已扣款，结果待查",
    TRANSACTION_NOT_FOUND: "没有找到交易",
    WRONG_PAYEE: "付错了人",
    SECOND_CHARGE_NOT_FOUND: "没有找到另一笔扣款",
    PAST_DISPUTE_WINDOW: "超过纠纷申请期限",
    DISPUTE_UNKNOWN: "纠纷申请结果未知",
    REFERENCE_UNKNOWN: "查不到单号",
    CONSENT_UNKNOWN: "优惠消息更改结果未知",
    LINE_TO_PERSON: "热线已转为人工",
    LINE_CLOSED: "热线暂停服务",
    FAULT: "热线系统故障",
}


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
