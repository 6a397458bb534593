"""Mandarin: values → words. No Arabic digit and no symbol may remain, since voices misread them."""

from __future__ import annotations

from datetime import date, datetime, time

from ivr.speech.digit_groups import groups

DIGITS = "零一二三四五六七八九"
SECTIONS = ((100_000_000, "亿"), (10_000, "万"), (1, ""))
PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
YAO = str.maketrans("0123456789", "零幺二三四五六七八九")
"""Identifiers are read digit by digit with 幺, for 一 sounds like 七 on a telephone."""
UNITS = {
    "transaction": "笔",
    "item": "个",
    "day": "天",
    "calendar-day": "个自然日",
    "business-day": "个工作日",
    "second": "秒",
    "minute": "分钟",
    "hour": "小时",
    "time": "次",
    "point": "分",
    "person": "位",
    "digit": "位数字",
    "caller": "位",
}
WEEK = {
    "mon": "周一",
    "tue": "周二",
    "wed": "周三",
    "thu": "周四",
    "fri": "周五",
    "sat": "周六",
    "sun": "周日",
    "holiday": "法定节假日",
}


def cardinal(number: int) -> str:
    """A whole number as a name or ordinal: 2 → 二, 22 → 二十二, 10010 → 一万零一十."""
    return _spelt(number, counts=False)


def quantity(number: int) -> str:
    """A number that counts: 2 → 两, 200 → 两百, 2000 → 两千, 20000 → 两万; 二 before 十 and at the end."""
    return "两" if number == 2 else _spelt(number, counts=True)


def money(fen: int) -> str:
    """123405 fen → 一千两百三十四元零五分."""
    sign, fen = ("负" if fen < 0 else ""), abs(fen)
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = (quantity(yuan) + "元") if yuan else ""
    words += (DIGITS[jiao] if jiao != 2 else "两") + "角" if jiao else ("零" if yuan and cents else "")
    words += (DIGITS[cents] if cents != 2 or words else "两") + "分" if cents else ""
    return sign + (words or "零元")


def count(number: int, unit: str | None = None) -> str:
    """How many of a unit: 2, "transaction" → 两笔."""
    return quantity(number) + UNITS[unit] if unit else quantity(number)


def ordinal(number: int) -> str:
    """The place in a row: 2 → 第二."""
    return "第" + cardinal(number)


def digits(value: str, kind: str = "plain") -> str:
    """An identifier digit by digit in its groups: 13900001234 → 幺三九，零零零零，幺二三四."""
    return "，".join(group.translate(YAO) for group in groups(value, kind))


def day(value: date, today: date | None = None) -> str:
    """十一月二十二日; the year only when it is another one."""
    year = "" if today and today.year == value.year else "".join(DIGITS[int(char)] for char in str(value.year)) + "年"
    return f"{year}{cardinal(value.month)}月{cardinal(value.day)}日"


def near(value: date, today: date) -> str:
    """今天十一月二十三日; other days by their date alone."""
    return (_name(value, today) or "") + day(value, today)


def _name(value: date, today: date) -> str | None:
    return {0: "今天", 1: "昨天", -1: "明天"}.get((today - value).days)


def clock(value: time) -> str:
    """下午两点零五分, with the period words of CLDR."""
    hour = value.hour
    period = (
        "凌晨"
        if hour < 5
        else "早上"
        if hour < 8
        else "上午"
        if hour < 12
        else "中午"
        if hour == 12
        else "下午"
        if hour < 19
        else "晚上"
    )
    number = 0 if hour == 0 else hour if hour <= 12 else hour - 12
    spoken = "两" if number == 2 else cardinal(number)
    minute = "" if value.minute == 0 else ("零" if value.minute < 10 else "") + cardinal(value.minute) + "分"
    return f"{period}{spoken}点{minute}"


def moment(value: datetime, today: date) -> str:
    """今天上午九点; 十一月二十日晚上八点十五分."""
    return (_name(value.date(), today) or day(value.date(), today)) + clock(value.timetz())


def weekdays(value: str) -> str:
    """`mon-fri` → 周一到周五; `sat` → 周六; `holiday` → 法定节假日."""
    return "到".join(WEEK[one] for one in value.split("-"))


def span(low: int, high: int, unit: str) -> str:
    """一到三个工作日."""
    if low == high:
        return count(high, unit)
    return f"{quantity(low)}到{count(high, unit)}"


def percent(value: float) -> str:
    """百分之零点五."""
    whole, _, fraction = f"{value:g}".partition(".")
    return (
        "百分之" + cardinal(int(whole)) + ("点" + "".join(DIGITS[int(char)] for char in fraction) if fraction else "")
    )


def _spelt(number: int, counts: bool) -> str:
    if number < 0:
        return "负" + (quantity(-number) if counts else cardinal(-number))
    words, rest, skipped = "", number, False
    for size, unit in SECTIONS:
        section, rest = divmod(rest, size)
        if section:
            gap = "零" if words and (skipped or section < 1000) else ""
            words += gap + _section(section, counts, head=not words, unit=unit) + unit
        skipped = bool(words) and not section
    return words.removeprefix("一") if words.startswith("一十") else words or "零"


def _section(number: int, counts: bool, head: bool, unit: str) -> str:
    """1 to 9999; more only in front of 亿. Zeros inside are one 零, zeros at the end are silent."""
    if number >= 10_000:
        return _spelt(number, counts)
    if counts and number == 2 and unit:
        return "两"
    words, gap = "", False
    for size, name in PLACES:
        digit, number = divmod(number, size)
        if digit:
            two = counts and digit == 2 and (name == "千" or (name == "百" and head and not words))
            words += ("零" if gap else "") + ("两" if two else DIGITS[digit]) + name
        gap = bool(words) and not digit
    return words
