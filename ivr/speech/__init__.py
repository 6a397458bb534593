"""Speech: language-neutral values → words, in Mandarin and English."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

from ivr.speech import en, zh

LANGUAGES: dict[str, ModuleType] = {"zh": zh, "en": en}


def text(value: Any, lang: str) -> str:
    """A name from data → speakable: numbers digit by digit, symbols gone. {"zh": …, "en": …} or a plain string."""
    chosen = value.get(lang) or next(iter(value.values())) if isinstance(value, dict) else str(value)
    spoken = re.sub(r"\d+", lambda run: LANGUAGES[lang].digits(run.group()), chosen)
    return re.sub(r"[^\w\s，。、,.'’-]", "，" if lang == "zh" else " ", spoken).replace("_", " ").strip("， ")
