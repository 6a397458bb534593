"""The line's own catalogues, read once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ivr.speech.catalogue import Catalogue

FOLDER = Path(__file__).parents[2] / "call_flows" / "prompts"


@cache
def words() -> Catalogue:
    """The prompts of both languages."""
    return Catalogue.load(FOLDER)
