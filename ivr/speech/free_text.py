"""Makes free text of a wallet's data speakable: names of merchants and offers, conditions.

Amounts, percentages, fractions, dates and counts are read as such, and all other digits one by one, since they name a
branch or a model and count nothing. The rules run in order, and each sees what the ones before have left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from num2words import num2words

from ivr.speech import en, zh

Match = re.Match[str]
Rule = tuple[str, Callable[[Match], str]]

NUMBER = r"([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?|[0-9]{1,12}(?:\.[0-9]{1,8})?)"
ALONE = r"(?<![0-9.,:/-])"
"""Before a number: it begins here, and is not the end of another one."""
TO = r" ?[-~\u2013\u2014] ?"
"""Between the two ends of a range."""
YUAN = r"(?:[¥￥]|\b(?:RMB|CNY)) ?"
MONEY = {
    "HK$": ("港元", "Hong Kong dollars"),
    "$": ("美元", "dollars"),
    "€": ("欧元", "euros"),
    "£": ("英镑", "pounds"),
}
FOREIGN = "(" + "|".join(re.escape(sign) for sign in MONEY) + ") ?"
DAY = r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])"
SLASHED = r"(?<![0-9/.,第])([0-9]{1,3})[/\u2044]([0-9]{1,3})(?![0-9/.,])"
CLOCK = r"(?<![0-9:])(?:([0-9]|[01][0-9]|2[0-3]):([0-5][0-9])|24:00)(?![0-9:])"
VERSION = r"(?<![0-9.])[0-9]{1,12}(?:\.[0-9]{1,8})+(?![0-9])"
ROUND_THE_CLOCK = r"(?<![0-9.])(?:24/7|7 ?[xX×*] ?24|24 ?[xX×*] ?7)(?![0-9])"

SMALLEST_OF_DATES = 11
"""From this number on, what follows a slash is a day (12/25) and not a denominator."""

SIZES = "万亿|亿|千万|百万|万|千|百|萬億|億|千萬|百萬|萬"
LATIN_SIZES = {"w": (1, "万"), "mn": (100, "万"), "bn": (10, "亿")}
"""How many of which Chinese size: 1bn is 10亿. A capital W is watts."""
COUNTED = f"个工作日|个自然日|个|元|块|角|分钟|分|小时|时|天|周|次|笔|人|积分|名|张|件|位|单|倍|{SIZES}"
NAMED = "月|日|号|年|折|级|期|岁|点|周年"
GIVEN = "满|减|送|返|赠|抵|省|享"
"""Before a number without a unit: an amount of money, as in 满200减20."""
PARTS_OF_DAY = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚"

SIZE = r" ?(thousand|million|billion|[mM]n|[bB]n)\b"
SIZE_OF_MONEY = r" ?(thousand|million|billion|[kK]|[mM]n?|[bB]n?)\b"
BIG = {"k": "thousand", "m": "million", "b": "billion"}
UNITS = (
    r"(?:yuan|dollars?|percent|hours?|minutes?|days?|weeks?|months?|years?|times?|points?|people|users?|transactions?"
    r"|items?|business days?)"
)
PAID = r"\b([Ss]pend|[Ss]ave|[Gg]et|[Ee]arn|[Oo]ver|[Uu]p to|[Oo]ff|[Mm]inus) "
"""Before a number without a unit: an amount."""


SILENT = re.compile(r"[\"“”„‟‘‚‛「」『』《》〈〉【】〖〗\[\]{}*_^`~·]|(?<![A-Za-z])['’]|['’](?![A-Za-z])")
"""Quotation marks, title marks and ornaments, which make no pause."""
SHORT = re.compile(r"\(([^()]{1,4})\)")
"""A short word in brackets belongs to the name, as in 海云(官方)公众号; a longer one is an aside, with a pause."""
PAUSES = re.compile(r"[()!?:;/|\\\u2013\u2014\u2026]+")
UNSPEAKABLE = {"zh": re.compile(r"[^\w\s，。、]|_"), "en": re.compile(r"[^\w\s.,'’-]|_")}
TOGETHER = {"zh": ((r"\s*&\s*", "和"), (r"(?<=[A-Za-z])-(?=[A-Za-z])", " ")), "en": ((r"\s*&\s*", " and "),)}
COMMA = {"zh": "，", "en": ", "}


def speakable(value: Any, lang: str) -> str:
    """A text from data → words: numbers spelt out, symbols removed. {"zh": …, "en": …} or a plain string.

    Punctuation at its ends goes, since the sentence around it has its own; purely visual marks make no pause.
    """
    chosen = value.get(lang) or next(iter(value.values())) if isinstance(value, dict) else str(value)
    spoken = (chinese if lang == "zh" else english)(unicodedata.normalize("NFKC", chosen))
    for pattern, word in TOGETHER[lang]:
        spoken = re.sub(pattern, word, spoken)
    spoken = SHORT.sub(r" \1 " if lang == "en" else r"\1", SILENT.sub("", spoken))
    spoken = UNSPEAKABLE[lang].sub(COMMA[lang] if lang == "zh" else " ", PAUSES.sub(COMMA[lang], spoken))
    return _tidied(spoken, lang)


def _tidied(spoken: str, lang: str) -> str:
    """Without repeated pauses or spaces, and without pauses at the ends."""
    if lang == "zh":
        return re.sub(r"\s*，[\s，]*", "，", re.sub(r"\s+", " ", spoken)).strip("，。、 ")
    spoken = re.sub(r"\s*,[\s,]*", ", ", re.sub(r"\s+", " ", spoken))
    return re.sub(r"\s+([.,])", r"\1", spoken).strip(",. ")


def chinese(name: str) -> str:
    """满100元减5.5元 → 满一百元减五元五角; 1.2亿 → 一点二亿; 1/5 → 五分之一; 12月5日 → 十二月五日; 7-11 → 七，幺幺."""
    return _read(name, CHINESE)


def english(name: str) -> str:
    """spend ¥100 → spend one hundred yuan; 1/5 → one fifth; Pier 39 → Pier thirty-nine; 2207 → two two zero seven."""
    return _read(name, ENGLISH)


def _read(name: str, rules: tuple[Rule, ...]) -> str:
    spoken = name
    for pattern, say in rules:
        spoken = re.sub(pattern, say, spoken)
    return spoken


def _plain(number: str) -> str:
    return number.replace(",", "")


def _counted(number: str) -> str:
    whole, _, fraction = _plain(number).partition(".")
    return zh.quantity(int(whole)) if not fraction else _named(number)


def _named(number: str) -> str:
    whole, _, fraction = _plain(number).partition(".")
    return zh.cardinal(int(whole)) + (f"点{''.join(zh.DIGITS[int(char)] for char in fraction)}" if fraction else "")


def _yuan(number: str) -> str:
    return zh.money(round(float(_plain(number)) * 100))


def _many(number: str) -> str:
    whole, _, fraction = _plain(number).partition(".")
    return en.cardinal(int(whole)) + (
        f" point {' '.join(en.NAMES[int(char)] for char in fraction)}" if fraction else ""
    )


def _big(number: str, size: str) -> str:
    return f"{_many(number)} {BIG.get(size[0].lower(), size) if len(size) < 3 else size}"


def _chinese_size(found: Match) -> str:
    """100w → 100万, 1.2bn → 12亿; the rules of the Chinese sizes read the figure."""
    times, size = LATIN_SIZES[found[2].lower()]
    return f"{(Decimal(_plain(found[1])) * times).normalize():f}{size}"


def _date(found: Match, say: Callable[[date], str]) -> str:
    """A date in words; the text itself when there is no such date."""
    try:
        return say(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return found[0]


def _slashed(found: Match, part: Callable[[int, int], str], day: Callable[[date], str]) -> str:
    """A fraction, or a day without a year, in words; the text itself when it is neither."""
    first, second = int(found[1]), int(found[2])
    if 0 < first < second and (second < SMALLEST_OF_DATES or second > 31):
        return part(first, second)
    try:
        return day(date(2000, first, second))
    except ValueError:
        return found[0]


def _version(found: str, point: str, whole: Callable[[str], str], digit: Callable[[str], str]) -> str:
    """1.5 and 2.0.1: the first part as a number, the parts after a point digit by digit."""
    first, *others = found.split(".")
    between = " " if point.startswith(" ") else ""
    return point.join([whole(first), *(between.join(map(digit, other)) for other in others)])


def _chinese_part(first: int, second: int) -> str:
    return f"{'百' if second == 100 else zh.cardinal(second)}分之{zh.cardinal(first)}"


def _english_part(first: int, second: int) -> str:
    if second == 2:
        return "one half"
    of = "quarter" if second == 4 else str(num2words(second, to="ordinal"))
    return f"{en.cardinal(first)} {of}{'' if first == 1 else 's'}"


def _chinese_clock(found: Match) -> str:
    """The part of the day as it is written, otherwise as the hour implies it."""
    written, hour, minute = found[1] or "", found[2], found[3]
    if hour is None:
        return "午夜十二点"
    spoken = zh.clock(time(int(hour), int(minute)))
    return written + re.sub(f"^(?:{PARTS_OF_DAY})", "", spoken) if written else spoken


def _english_clock(found: Match) -> str:
    hour, minute, half = found[1], found[2], (found[3] or "").lower()
    if hour is None:
        return "midnight"
    later = 12 if half == "p" and int(hour) < 12 else -12 if half == "a" and int(hour) == 12 else 0
    return en.clock(time(int(hour) + later, int(minute)))


CHINESE: tuple[Rule, ...] = (
    (DAY, lambda found: _date(found, zh.day)),
    (rf"(?<=:[0-9][0-9]){TO}(?=[0-9]{{1,2}}:[0-9][0-9])", lambda found: "到"),
    (rf"({PARTS_OF_DAY})? ?{CLOCK}", _chinese_clock),
    (rf"{ROUND_THE_CLOCK}(?: ?小[时時])?", lambda found: "全天候"),
    (rf"{ALONE}{NUMBER} ?× ?{NUMBER}(?![0-9.])", lambda found: f"{_named(found[1])}乘{_named(found[2])}"),
    (rf"{ALONE}{NUMBER}(w|[mM]n|[bB]n)(?![A-Za-z])", _chinese_size),
    (SLASHED, lambda found: _slashed(found, _chinese_part, lambda day: zh.day(day, day))),
    (r"(?<=[^\x00-\x7f])/(?=[天日月年周次笔人]|小时)", lambda found: "每"),
    (f"第{NUMBER}", lambda found: f"第{_named(found[1])}"),
    (rf"{ALONE}{NUMBER} ?%?{TO}(?={NUMBER} ?%)", lambda found: f"{zh.percent(float(_plain(found[1])))}到"),
    (rf"{ALONE}{NUMBER}{TO}(?={NUMBER} ?(?:{NAMED}))", lambda found: f"{_named(found[1])}到"),
    (rf"{ALONE}{NUMBER}{TO}(?={NUMBER} ?(?:{COUNTED}))", lambda found: f"{_counted(found[1])}到"),
    (rf"{YUAN}{NUMBER}{TO}(?:{YUAN})?{NUMBER}元?", lambda found: f"{_counted(found[1])}到{_yuan(found[2])}"),
    (rf"(?<=元){TO}(?=[¥￥0-9])", lambda found: "到"),
    (f"{FOREIGN}{NUMBER} ?({SIZES})?", lambda found: f"{_counted(found[2])}{found[3] or ''}{MONEY[found[1]][0]}"),
    (f"{YUAN}{NUMBER} ?({SIZES})元?", lambda found: f"{_counted(found[1])}{found[2]}元"),
    (f"{YUAN}{NUMBER}元?", lambda found: _yuan(found[1])),
    (f"{NUMBER} ?元", lambda found: _yuan(found[1])),
    (f"{NUMBER} ?%", lambda found: zh.percent(float(_plain(found[1])))),
    (f"{NUMBER} ?‰", lambda found: f"千分之{_named(found[1])}"),
    (r"(?<![0-9])([0-9]{4})(?=年)", lambda found: "".join(zh.DIGITS[int(char)] for char in found[1])),
    (r"(?<![0-9.])2(?=年(?!级))", lambda found: "两"),
    (f"{NUMBER} ?(?={NAMED})", lambda found: _named(found[1])),
    (f"{NUMBER} ?(?={COUNTED})", lambda found: _counted(found[1])),
    (f"满{NUMBER} ?- ?(?={NUMBER})", lambda found: f"满{_counted(found[1])}减"),
    (f"({GIVEN}){NUMBER}(?![0-9:-])", lambda found: found[1] + _counted(found[2])),
    (rf"{ALONE}([0-9]{{1,3}}(?:,[0-9]{{3}})+)", lambda found: _counted(found[1])),
    (rf"{ALONE}{NUMBER}[kK](?![A-Za-z])", lambda found: zh.quantity(round(float(_plain(found[1])) * 1000))),
    (rf"(?<![0-9]){NUMBER}\+", lambda found: f"{_counted(found[1])}以上"),
    (rf"(?<=[{SIZES.replace('|', '')}])\+", lambda found: "以上"),
    (r"(?<![0-9:])([0-9]{1,3}):([0-9]{1,3})(?![0-9:])", lambda found: f"{_named(found[1])}比{_named(found[2])}"),
    (rf"{ALONE}{NUMBER} ?[xX×](?![A-Za-z0-9])", lambda found: f"{_counted(found[1])}倍"),
    (VERSION, lambda found: _version(found[0], "点", _named, lambda char: zh.DIGITS[int(char)])),
    (r"[0-9]+", lambda found: zh.digits(found[0])),
)
ENGLISH: tuple[Rule, ...] = (
    (DAY, lambda found: _date(found, en.day)),
    (rf"(?<=:[0-9][0-9]){TO}(?=[0-9]{{1,2}}:[0-9][0-9])", lambda found: " to "),
    (rf"{CLOCK}(?: ?([AaPp])\.?[Mm]\b\.?)?", _english_clock),
    (rf"{ROUND_THE_CLOCK}(?:[ -]?hours?\b)?", lambda found: "day and night"),
    (rf"{ALONE}{NUMBER} ?× ?(?={NUMBER})", lambda found: f"{_many(found[1])} by "),
    (SLASHED, lambda found: _slashed(found, _english_part, lambda day: en.day(day, day))),
    (rf"/(?={UNITS}|person|customer)", lambda found: " per "),
    (rf"{ALONE}{NUMBER} ?%?{TO}(?={NUMBER} ?%)", lambda found: f"{_many(found[1])} to "),
    (rf"{ALONE}{NUMBER}{TO}(?={NUMBER}[ -]{UNITS}\b)", lambda found: f"{_many(found[1])} to "),
    (
        rf"{YUAN}{NUMBER}{TO}(?:{YUAN})?{NUMBER}(?: ?yuan)?",
        lambda found: f"{_many(found[1])} to {en.money(round(float(_plain(found[2])) * 100))}",
    ),
    (rf"{FOREIGN}{NUMBER}{SIZE_OF_MONEY}", lambda found: f"{_big(found[2], found[3])} {MONEY[found[1]][1]}"),
    (rf"{FOREIGN}{NUMBER}", lambda found: f"{_many(found[2])} {MONEY[found[1]][1]}"),
    (rf"{YUAN}{NUMBER}{SIZE_OF_MONEY}(?: ?yuan)?", lambda found: f"{_big(found[1], found[2])} yuan"),
    (rf"{YUAN}{NUMBER}(?: ?yuan)?", lambda found: en.money(round(float(_plain(found[1])) * 100))),
    (rf"{ALONE}{NUMBER}{SIZE}", lambda found: _big(found[1], found[2])),
    (rf"{ALONE}{NUMBER}[kK]\b", lambda found: en.cardinal(round(float(_plain(found[1])) * 1000))),
    (f"{NUMBER} ?%", lambda found: en.percent(float(_plain(found[1])))),
    (f"{NUMBER} ?‰", lambda found: f"{_many(found[1])} per thousand"),
    (r"\b([0-9]{1,3})(?:st|nd|rd|th)\b", lambda found: str(num2words(int(found[1]), to="ordinal"))),
    (rf"{NUMBER}(?=[ -]{UNITS}\b)", lambda found: _many(found[1])),
    (rf"{PAID}{NUMBER}(?![0-9:])", lambda found: f"{found[1]} {_many(found[2])}"),
    (rf"{ALONE}([0-9]{{1,3}}(?:,[0-9]{{3}})+)", lambda found: _many(found[1])),
    (rf"(?<![0-9]){NUMBER}\+", lambda found: f"{_many(found[1])} or more"),
    (r"(?<![0-9:])([0-9]{1,3}):([0-9]{1,3})(?![0-9:])", lambda found: f"{_many(found[1])} to {_many(found[2])}"),
    (rf"{ALONE}{NUMBER} ?[xX×](?![A-Za-z0-9])", lambda found: f"{_many(found[1])} times"),
    (r"([0-9])(?=[A-Za-z])", lambda found: f"{found[1]} "),
    (r"([A-Za-z])(?=[0-9])", lambda found: f"{found[1]} "),
    (VERSION, lambda found: _version(found[0], " point ", _many, lambda char: en.NAMES[int(char)])),
    (r"(?<![0-9.])([0-9]{1,2})(?![0-9.]*[0-9])", lambda found: en.cardinal(int(found[1]))),
    (r"[0-9]+", lambda found: en.digits(found[0])),
)
