"""What a text message may say, and how many parts it costs.

Carriers in mainland China refuse links and whatever smells of money or advertising, and take eight parts at
most. A text that is refused is a text that nobody reads, so we keep to that for every number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_PARTS = 8
"""Parts of one text, as carriers in mainland China take them."""
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of GSM-7, the short alphabet; those of EXTENDED count twice, and any other letter makes it UCS-2."""
EXTENDED = "\f^{}\\[~]|€"
FORBIDDEN = {
    "a link": r"https?:|www\.|[a-z0-9]\.(?:com|cn|net|org|io|me|app|link|ly)\b|二维码",
    "an amount": r"[¥￥$€£]|\d\s*(?:元|块|万|yuan|rmb|cny|usd|dollars?)|\d\.\d|[一二三四五六七八九十百千万两]+元",
    "a word of finance": (
        r"余额|充值|支付|付款|转账|退款|贷款|理财|银行|金额|钱|账单|信用卡|额度|限额|投资|利息"
        r"|\b(?:balance|top[- ]?up|pay(?:s|ment|ments)?|paid|transfers?|refund(?:s|ed)?|loans?|bank|amount|money|"
        r"wallet|card|credit|invest\w*|interest)\b"
    ),
    "an advertisement": r"优惠|返现|奖励|红包|抽奖|免费|促销|\b(?:cash ?back|rewards?|bonus|free|offers?|discount|"
    r"promotions?)\b",
    "an answer by text": r"回复|退订|\b(?:reply|stop|unsubscribe)\b",
}


@dataclass(frozen=True)
class Size:
    """How a text travels: its alphabet, its length in units of that alphabet, and its parts (each one is paid)."""

    alphabet: str
    units: int
    parts: int


def size(body: str) -> Size:
    """GSM-7 in parts of 160, or of 153 when there are several; otherwise UCS-2 in parts of 70, or 67."""
    if all(letter in BASIC or letter in EXTENDED for letter in body):
        parts = _filled([1 + (letter in EXTENDED) for letter in body], 160, 153)
        return Size("GSM-7", *parts)
    return Size("UCS-2", *_filled([1 + (ord(letter) > 0xFFFF) for letter in body], 70, 67))


def faults(body: str) -> Iterator[str]:
    """What a carrier would refuse in this text; nothing when it may be sent."""
    for name, pattern in FORBIDDEN.items():
        if found := re.search(pattern, body, re.IGNORECASE):
            yield f"{name}: {found.group()}"
    if size(body).parts > MOST_PARTS:
        yield f"more than {MOST_PARTS} parts"


def _filled(widths: list[int], alone: int, joined: int) -> tuple[int, int]:
    """Units and parts; a letter of two units is not cut in two, it begins the next part."""
    total = sum(widths)
    if total <= alone:
        return total, 1
    parts, room = 1, joined
    for width in widths:
        if width > room:
            parts, room = parts + 1, joined
        room -= width
    return total, parts
