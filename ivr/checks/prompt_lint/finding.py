"""A finding of the prompt linter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A broken rule: the prompt or message, the language ("" for both), the rule's name, and what was seen."""

    prompt: str
    language: str
    rule: str
    seen: str

    def __str__(self) -> str:
        where = f"{self.language}:{self.prompt}" if self.language else self.prompt
        return f"{where}: {self.rule}: {self.seen}"
