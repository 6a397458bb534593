"""Speech: language-neutral values → words, in Mandarin and English."""

from __future__ import annotations

import re
import unicodedata
from types import ModuleType
from typing import Any

from ivr.speech import en, names, zh

LANGUAGES: dict[str, ModuleType] = {"zh": zh, "en": en}


UNSPEAKABLE = {"zh": re.compile(r"[^\w\s，。、]|_"), "en": re.compile(r"[^\w\s.,'’-]|_")}


def text(value: Any, lang: str) -> str:
    """A name from data → speakable: numbers as words, symbols gone. {"zh": …, "en": …} or a plain string."""
    chosen = value.get(lang) or next(iter(value.values())) if isinstance(value, dict) else str(value)
    spoken = (names.chinese if lang == "zh" else names.english)(unicodedata.normalize("NFKC", chosen))
    return UNSPEAKABLE[lang].sub("，" if lang == "zh" else " ", spoken).strip("， ")
