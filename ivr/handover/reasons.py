"""Why a call went to a person, for the agent's screen: flows and journal name it in English."""

from __future__ import annotations

from collections.abc import Callable

CHINESE = {
    "asked": "客户要求人工", "silence": "多次没有按键", "wrong": "多次按键不对", "not solved": "问题没有解决",
    "not verified": "身份验证没有通过", "wallet did not answer": "钱包系统没有响应",
    "wallet did not answer, nothing is frozen": "钱包系统没有响应，账户没有冻结",
    "freeze wanted, not proved": "要冻结账户，身份没有核实", "freeze to be lifted": "要解除冻结",
    "stolen account or lost phone": "账户被盗或手机丢失",
    "nobody knows whether the account is frozen": "冻结结果未知", "top-up needs a person": "充值需要人工核实",
    "payment needs a person": "付款需要人工核实", "charged, and the outcome is open": "客户称已扣款，结果待查", "transaction not found": "没有找到交易", "paid to the wrong person": "付错了人",
    "second charge not found": "没有找到另一笔扣款", "past the dispute window": "超过纠纷申请期限",
    "nobody knows whether the dispute is filed": "纠纷申请结果未知", "reference unknown": "查不到单号",
    "nobody knows whether messages about offers are on": "优惠消息更改结果未知",
    "line switched to a person": "热线已转为人工", "line closed": "热线暂停服务", "fault of the line": "热线系统故障",
}  # fmt: skip
"""Every reason for which a flow finds a person; `silence` and `wrong` are those of a caller who did not get on at a question."""


def why(reason: str | None, lang: str, words_of: Callable[[str, str], str]) -> str | None:
    """In the agent's language; where the caller did not get on with the question that was asked, if it has words of its own."""
    if reason is None or lang == "en":
        return reason
    if reason in CHINESE:
        return CHINESE[reason]
    failure, _, prompt = reason.partition(" at ")
    question = words_of(prompt, lang)
    return CHINESE.get(failure, reason) + (f" ({question})" if question else "")
