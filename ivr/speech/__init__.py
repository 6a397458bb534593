"""Speech: language-neutral values → words, in Mandarin and English."""

from __future__ import annotations

import re
import unicodedata
from types import ModuleType
from typing import Any

from ivr.speech import en, names, zh

LANGUAGES: dict[str, ModuleType] = {"zh": zh, "en": en}


SILENT = re.compile(r"[\"“”„‟‘‚‛「」『』《》〈〉【】〖〗\[\]{}*_^`~·]|(?<![A-Za-z])['’]|['’](?![A-Za-z])")
"""Quotation marks, title marks and ornaments: a name reads on through them."""
SHORT = re.compile(r"\(([^()]{1,4})\)")
"""A word in brackets that belongs to the name, as in 海云(官方)公众号; longer ones are an aside, with a pause."""
PAUSES = re.compile(r"[()!?:;/|\\\u2013\u2014\u2026]+")
UNSPEAKABLE = {"zh": re.compile(r"[^\w\s，。、]|_"), "en": re.compile(r"[^\w\s.,'’-]|_")}
TOGETHER = {"zh": ((r"\s*&\s*", "和"), (r"(?<=[A-Za-z])-(?=[A-Za-z])", " ")), "en": ((r"\s*&\s*", " and "),)}
COMMA = {"zh": "，", "en": ", "}


def text(value: Any, lang: str) -> str:
    """A name from data → speakable: numbers as words, symbols gone. {"zh": …, "en": …} or a plain string.

    The sentence around it has its own stops, and what only marks words to the eye makes no pause.
    """
    chosen = value.get(lang) or next(iter(value.values())) if isinstance(value, dict) else str(value)
    spoken = (names.chinese if lang == "zh" else names.english)(unicodedata.normalize("NFKC", chosen))
    for pattern, word in TOGETHER[lang]:
        spoken = re.sub(pattern, word, spoken)
    spoken = SHORT.sub(r" \1 " if lang == "en" else r"\1", SILENT.sub("", spoken))
    spoken = UNSPEAKABLE[lang].sub(COMMA[lang] if lang == "zh" else " ", PAUSES.sub(COMMA[lang], spoken))
    return _tidied(spoken, lang)


def _tidied(spoken: str, lang: str) -> str:
    """One pause for each, none at the ends, and no space twice."""
    if lang == "zh":
        return re.sub(r"\s*，[\s，]*", "，", re.sub(r"\s+", " ", spoken)).strip("，。、 ")
    spoken = re.sub(r"\s*,[\s,]*", ", ", re.sub(r"\s+", " ", spoken))
    return re.sub(r"\s+([.,])", r"\1", spoken).strip(",. ")
