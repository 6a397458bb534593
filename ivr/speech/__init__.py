"""Speech: language-neutral values → words, in Mandarin and English."""

from __future__ import annotations

from types import ModuleType

from ivr.speech import en, zh

LANGUAGES: dict[str, ModuleType] = {"zh": zh, "en": en}
