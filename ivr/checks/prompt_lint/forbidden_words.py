"""Words that a prompt must not have, by rule and language."""

from __future__ import annotations

import re

FOR_AGENTS = re.compile(r"whisper-")
"""Messages for an agent, who knows the words of the trade."""
ABOUT_PROMOTIONS = re.compile(r"promotion|.*\.promotion|.*\.reward")

JARGON = {
    "zh": r"鉴权|令牌|校验|接口|跳转|风控|冲正|拒付|流水号|授权码|参数|工单|回执|超时|系统繁忙|代码|终端|清算",
    "en": r"OTP|2FA|KYC|CVV|API|IVR|URL|tokens?|credentials?|authenticate\w*|authori[sz]ation"
    r"|chargeback|reversal|issuer|time-?outs?|timed out|utili[sz]e|terminate|initiate|proceed|parameters?|tickets?",
}
PROMOTIONAL = {
    "zh": r"优惠|立减|返现|特惠|促销|奖励|赠送|红包|抽奖|限时|超值",
    "en": r"offers?|discounts?|cash-?back|rewards?|promotions?|deals?|bonus|exclusive|upgrade|gifts?",
}
BLAMING = {
    "zh": r"按错|输错|错误|无效|非法|不正确|不合法|您没有|必须|不要乱|你|！",
    "en": r"invalid|incorrect|illegal|not valid|errors?|must|you failed|you did not|you have not|your mistake"
    r"|wrong (?:keys?|numbers?|entry|choice|option|code|digits?)|!",
}
KEY_BEFORE_LABEL = {
    "zh": r"按(?:[零一二三四五六七八九]|星号键|井号键)(?:就|可以|来|转|查|听|选|是|为|表示|进入|返回|办理|了解)",
    "en": r"press \w+ (?:for|to|if)",
}
KEY_BY_HAND = {
    "zh": r"按[一二三四五六七八九](?!个|次|位)",
    "en": r"press (?:\d|two|three|four|five|six|seven|eight|nine|one(?! (?:number )?key))",
}
POUND_ALONE = {
    "zh": r"(?:想|需要|不|如果)[^。？！按]{0,12}按井号|直接按井号",
    "en": r"(?<!\w )(?:if|to|for) [^.?!]*(?<!then )press pound|just press pound",
}
"""A choice by `#` alone: in an entry Twilio does not tell of it. In a menu it is a key like any other."""
IN_MENUS = re.compile("pause|still-silent-menu")
FORBIDDEN = {
    "jargon": (JARGON, FOR_AGENTS),
    "promotion": (PROMOTIONAL, re.compile(f"{ABOUT_PROMOTIONS.pattern}|{FOR_AGENTS.pattern}")),
    "blame": (BLAMING, FOR_AGENTS),
    "key before label": (KEY_BEFORE_LABEL, None),
    "key by hand": (KEY_BY_HAND, re.compile(rf"{FOR_AGENTS.pattern}|if-unknown|or-this-number|press\.")),
    "pound alone": (POUND_ALONE, IN_MENUS),
}
"""Rule → what may not be said, and the messages (by the beginning of their id) in which it may."""


def forbidden(message: str, text: str, language: str) -> list[tuple[str, str]]:
    """(rule, word) for everything in `text` that should not be there."""
    found = []
    for rule, (words, exempt) in FORBIDDEN.items():
        if exempt is None or not exempt.match(message):
            pattern = words[language] if language == "zh" else rf"(?<!\w)(?:{words[language]})(?!\w)"
            found += [(rule, hit.group()) for hit in re.finditer(pattern, text, re.IGNORECASE)]
    return found
