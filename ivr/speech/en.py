"""American English: values → words."""

from __future__ import annotations

from datetime import date, datetime, time

from num2words import num2words

from ivr.speech.digit_groups import groups

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
UNITS = {
    "transaction": "transaction",
    "item": "item",
    "day": "day",
    "calendar-day": "calendar day",
    "business-day": "business day",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "time": "time",
    "point": "point",
    "person": "person",
    "digit": "digit",
    "caller": "caller",
}
WEEK = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
    "holiday": "public holidays",
}


def cardinal(number: int) -> str:
    """A whole number without "and" and without commas, which voices read as pauses."""
    return num2words(number).replace(",", "").replace(" and ", " ")


def money(fen: int) -> str:
    """123405 fen → one thousand two hundred thirty-four point zero five yuan."""
    sign, (yuan, rest) = ("minus " if fen < 0 else ""), divmod(abs(fen), 100)
    fraction = f" point {NAMES[rest // 10]}" + (f" {NAMES[rest % 10]}" if rest % 10 else "") if rest else ""
    return f"{sign}{cardinal(yuan)}{fraction} yuan"


def count(number: int, unit: str | None = None) -> str:
    """How many of a unit: 2, "transaction" → two transactions."""
    if unit is None:
        return cardinal(number)
    return f"{cardinal(number)} {UNITS[unit]}{'' if number == 1 else 's'}"


def ordinal(number: int) -> str:
    """The place in a row: second."""
    return str(num2words(number, to="ordinal"))


def digits(value: str, kind: str = "plain") -> str:
    """An identifier digit by digit in its groups; "zero", never "oh"."""
    return ", ".join(
        " ".join("X" if char == "X" else NAMES[int(char)] for char in group) for group in groups(value, kind)
    )


def day(value: date, today: date | None = None) -> str:
    """November twenty-second; the year only when it is another one."""
    spoken = f"{value:%B} {num2words(value.day, to='ordinal')}"
    if today and today.year == value.year:
        return spoken
    return f"{spoken}, {num2words(value.year, to='year')}"


def near(value: date, today: date) -> str:
    """today, November twenty-third; other days by their date alone."""
    return ", ".join(filter(None, (_name(value, today), day(value, today))))


def _name(value: date, today: date) -> str | None:
    return {0: "today", 1: "yesterday", -1: "tomorrow"}.get((today - value).days)


def clock(value: time) -> str:
    """two oh five P M; noon; midnight is twelve A M."""
    if (value.hour, value.minute) == (12, 0):
        return "noon"
    hour = cardinal(value.hour % 12 or 12)
    minute = (
        ""
        if not value.minute
        else f" oh {cardinal(value.minute)}"
        if value.minute < 10
        else f" {cardinal(value.minute)}"
    )
    return f"{hour}{minute} {'A' if value.hour < 12 else 'P'} M"


def moment(value: datetime, today: date) -> str:
    """today at nine A M; November twentieth at eight fifteen P M."""
    return f"{_name(value.date(), today) or day(value.date(), today)} at {clock(value.timetz())}"


def weekdays(value: str) -> str:
    """`mon-fri` → Monday to Friday; `sat` → Saturday; `holiday` → public holidays."""
    return " to ".join(WEEK[one] for one in value.split("-"))


def span(low: int, high: int, unit: str) -> str:
    """one to three business days."""
    return count(high, unit) if low == high else f"{cardinal(low)} to {count(high, unit)}"


def percent(value: float) -> str:
    """zero point five percent."""
    whole, _, fraction = f"{value:g}".partition(".")
    return (
        cardinal(int(whole))
        + (" point " + " ".join(NAMES[int(char)] for char in fraction) if fraction else "")
        + " percent"
    )
