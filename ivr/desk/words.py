"""The words of the desk (`words.toml`), in the language that the person chose in this browser, or else that of the
browser."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request

from ivr.desk.access import is_signed_in
from ivr.queue.talk_notes import LONGEST_NOTE, OUTCOMES
from ivr.staff.roles import LANGUAGES

COOKIE = "desk-language"


@cache
def words() -> dict[str, dict[str, str]]:
    """`{"zh": {name: words}, "en": …}`."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def language() -> str:
    """The language of this page."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(("en", "zh"), "en")


def say(name: str, **values: Any) -> str:
    """The words of a name; values are put in as they are, and escaped by the template."""
    return words()[language()][name].format(**values)


def label(kind: str, name: str) -> str:
    """The words of a name that code or a wallet gave, such as the kind of a case; without words the name itself."""
    return words()[language()].get(f"{kind}-{name}", name)


def moment(at: str | datetime | None, zone: str = "UTC") -> str:
    """A moment to the minute in a time zone; a date stays as it is.

    >>> moment("2026-11-23T02:00:00+00:00", "Asia/Shanghai"), moment("2026-11-24")
    ('2026-11-23 10:00', '2026-11-24')
    """
    if isinstance(at, str):
        if "T" not in at:
            return at
        at = datetime.fromisoformat(at)
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""


def money(fen: int) -> str:
    """An amount in yuan.

    >>> money(123456)
    '1,234.56'
    """
    return f"{fen // 100:,}.{fen % 100:02}"


def elapsed(since: str, until: str | datetime | None) -> str:
    """Minutes and seconds from one moment to another; nothing without the second: then the page's script counts.

    >>> elapsed("2026-11-23T02:00:00+00:00", "2026-11-23T03:01:05+00:00")
    '61:05'
    """
    if until is None:
        return ""
    end = datetime.fromisoformat(until) if isinstance(until, str) else until
    seconds = max(int((end - datetime.fromisoformat(since)).total_seconds()), 0)
    return f"{seconds // 60}:{seconds % 60:02}"


def is_late(since: str, limit: float, now: datetime | None) -> bool:
    """Whether it is longer than so many seconds ago; False without a clock: then the page's script marks it.

    >>> is_late("2026-11-23T02:00:00+00:00", 20, datetime.fromisoformat("2026-11-23T02:00:21+00:00"))
    True
    """
    return now is not None and int((now - datetime.fromisoformat(since)).total_seconds()) > limit


def remaining(until: str, now: datetime | None) -> str:
    """Minutes and seconds until a moment; nothing without a clock."""
    return elapsed(now.isoformat(), until) if now else ""


def register_words(app: Flask) -> None:
    """Give templates the words, the language and who is signed in."""

    @app.context_processor
    def for_templates() -> dict[str, Any]:
        me = g.session.person if is_signed_in() else None
        said = {"t": say, "label": label, "language": language(), "moment": moment, "elapsed": elapsed}
        said |= {"money": money, "is_late": is_late}
        return (
            said
            | {"remaining": remaining, "all_outcomes": OUTCOMES, "longest_note": LONGEST_NOTE}
            | {"me": me, "languages": LANGUAGES}
        )
