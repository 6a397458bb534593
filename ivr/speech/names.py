"""Names and conditions from a wallet's data: whatever stands in them becomes speakable.

Amounts, percentages, days and counts are read as such, and what is left of the digits one by one: a branch, a model or a
number says nothing about how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from num2words import num2words

from ivr.speech import en, zh

NUMBER = r"(\d{1,12}(?:\.\d{1,4})?)"
YUAN = r"(?:[¥￥]|\b(?:RMB|CNY)) ?"
COUNTED = "个工作日|个自然日|个|元|块|角|分钟|分|小时|时|天|周|次|笔|人|积分|名|张|件|位|单|倍|万|千|百"
TO = r" ?[-~\u2013\u2014] ?"
"""What stands between the two ends of a range."""
CLOCK = r"(?<![\d:])(?:(\d|[01]\d|2[0-3]):([0-5]\d)|24:00)(?![\d:])"
NAMED = "月|日|号|年|折|级|期|岁|点|周年"
UNITS = r"(?:yuan|percent|hours?|minutes?|days?|weeks?|months?|years?|times?|points?|people|transactions?|items?|business days?)"
Rule = tuple[str, Callable[[re.Match[str]], str]]


def chinese(name: str) -> str:
    """满100元减5.5元 → 满一百元减五元五角; 1-3天 → 一到三天; 第2件 → 第二件; 12月5日 → 十二月五日; 7-11 → 七，幺幺."""
    return _read(name, CHINESE)


def english(name: str) -> str:
    """spend ¥100 → spend one hundred yuan; 1-3 days → one to three days; Pier 39 → Pier thirty-nine; 2207 → two two zero seven."""
    return _read(name, ENGLISH)


def _read(name: str, rules: tuple[Rule, ...]) -> str:
    spoken = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", name)
    for pattern, say in rules:
        spoken = re.sub(pattern, say, spoken)
    return spoken


def _counted(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return zh.quantity(int(whole)) if not fraction else _decimal(number)


def _named(number: str) -> str:
    return zh.cardinal(int(number)) if "." not in number else _decimal(number)


def _decimal(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return f"{zh.cardinal(int(whole))}点" + "".join(zh.DIGITS[int(char)] for char in fraction)


def _yuan(number: str) -> str:
    fen = round(float(number) * 100)
    return zh.money(fen)


def _many(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return en.cardinal(int(whole)) + (
        " point " + " ".join(en.NAMES[int(char)] for char in fraction) if fraction else ""
    )


def _chinese_clock(found: re.Match[str]) -> str:
    return zh.clock(time(int(found[1]), int(found[2]))) if found[1] else "午夜十二点"


def _english_clock(found: re.Match[str]) -> str:
    return en.clock(time(int(found[1]), int(found[2]))) if found[1] else "midnight"


CHINESE: tuple[Rule, ...] = (
    (rf"(?<=:\d\d){TO}(?=\d{{1,2}}:\d\d)", lambda found: "到"),
    (CLOCK, _chinese_clock),
    (f"第{NUMBER}", lambda found: f"第{_named(found[1])}"),
    (rf"(?<![\d-]){NUMBER}{TO}(?={NUMBER} ?%)", lambda found: f"{zh.percent(float(found[1]))}到"),
    (rf"(?<![\d-]){NUMBER}{TO}(?={NUMBER} ?(?:{NAMED}))", lambda found: f"{_named(found[1])}到"),
    (rf"(?<![\d-]){NUMBER}{TO}(?={NUMBER} ?(?:{COUNTED}))", lambda found: f"{_counted(found[1])}到"),
    (f"{YUAN}{NUMBER}元?", lambda found: _yuan(found[1])),
    (f"{NUMBER} ?元", lambda found: _yuan(found[1])),
    (f"{NUMBER} ?%", lambda found: zh.percent(float(found[1]))),
    (r"(?<!\d)(\d{4})(?=年)", lambda found: "".join(zh.DIGITS[int(char)] for char in found[1])),
    (r"(?<![\d.])2(?=年(?!级))", lambda found: "两"),
    (f"{NUMBER} ?(?={NAMED})", lambda found: _named(found[1])),
    (f"{NUMBER} ?(?={COUNTED})", lambda found: _counted(found[1])),
    (r"\d+", lambda found: zh.digits(found[0])),
)
ENGLISH: tuple[Rule, ...] = (
    (rf"(?<=:\d\d){TO}(?=\d{{1,2}}:\d\d)", lambda found: " to "),
    (CLOCK, _english_clock),
    (rf"(?<![\d-]){NUMBER}{TO}(?={NUMBER}(?:[ -]{UNITS}\b| ?%))", lambda found: f"{_many(found[1])} to "),
    (f"{YUAN}{NUMBER}(?: ?yuan)?", lambda found: en.money(round(float(found[1]) * 100))),
    (rf"\${NUMBER}", lambda found: f"{_many(found[1])} dollars"),
    (f"{NUMBER} ?%", lambda found: en.percent(float(found[1]))),
    (r"\b(\d{1,3})(?:st|nd|rd|th)\b", lambda found: str(num2words(int(found[1]), to="ordinal"))),
    (rf"{NUMBER}(?=[ -]{UNITS}\b)", lambda found: _many(found[1])),
    (r"(?<![\d.])(\d{1,2})(?![\d.]*\d)", lambda found: en.cardinal(int(found[1]))),
    (r"\d+", lambda found: en.digits(found[0])),
)
