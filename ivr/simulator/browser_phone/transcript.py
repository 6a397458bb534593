"""The transcript of a call, line by line, as the browser phone shows it."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from ivr.simulator.twiml.speech import Speech
from ivr.simulator.twiml.validation import is_chinese

HEARD = ("line", "whisper", "agent")


@dataclass
class Line:
    """One line: who, and the text. The page turns `code` into words; `turn` is the first that took the keys."""

    who: str
    text: str
    turn: int
    language: str = ""
    slow: bool = False
    code: str = ""
    at: float = field(default_factory=time.time)


class Transcript:
    """Lines are only ever added; the keys of personal entries are masked once they have been used."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def hear(self, who: str, piece: Speech, turn: int, slow: bool) -> None:
        """Add speech of the line, of a whisper to an agent, or of an agent who talks to the caller."""
        self.lines.append(Line(who, piece.text, turn, "zh" if is_chinese(piece.language) else "en", slow))

    def key(self, keys: str, turn: int) -> None:
        """Add keys of the caller; the keys of one answer are one line."""
        last = self.lines[-1] if self.lines else None
        if last is not None and last.who == "caller":
            last.text += keys
        else:
            self.lines.append(Line("caller", keys, turn))

    def note(self, code: str, text: str, turn: int) -> None:
        """Add an event."""
        self.lines.append(Line("note", text, turn, code=code))

    def hide(self, turns: set[int]) -> bool:
        """Mask the keys of these turns. Returns whether anything changed.

        Keys typed ahead are in one line with the key before them, so a line may have answered every turn up to the turn
        of the caller's next line.
        """
        keyed = [one for one in self.lines if one.who == "caller"]
        ends = [one.turn for one in keyed[1:]] + [max(turns, default=0) + 1]
        found = [
            one
            for one, end in zip(keyed, ends, strict=False)
            if re.search(r"[0-9*]", one.text) and any(one.turn <= turn < max(end, one.turn + 1) for turn in turns)
        ]
        for one in found:
            one.text = re.sub(r"[0-9*]", "•", one.text)
        return bool(found)

    def heard(self, number: int) -> Line:
        """The line with this number, if it is speech. Raises IndexError."""
        if not 0 <= number < len(self.lines) or self.lines[number].who not in HEARD:
            raise IndexError(number)
        return self.lines[number]

    def shown(self) -> list[dict[str, Any]]:
        """The lines as JSON."""
        return [asdict(line) for line in self.lines]
