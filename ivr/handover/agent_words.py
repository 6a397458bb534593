"""The words that agents read on their screens (`agent_words.toml`), by subject, language and name."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def agent_words() -> dict[str, dict[str, dict[str, str]]]:
    """`{"labels": {"zh": {name: words}, "en": …}, "entries": …, "answers": …, "reasons": …}`."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
