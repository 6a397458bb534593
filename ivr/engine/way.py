"""The way that led a caller to where they stand, and how one who was cut off is led back along it.

Only plain answers are on it. What is personal, confirms an act or holds for its moment alone is asked again; effects
run afresh. Leaving a level takes its answers off the way. Going back along it ends, quietly, at the
first question that is another one than then, or whose old answer is none any more.
"""

from __future__ import annotations

from typing import Any

from ivr.engine.prompts import Menu, Prompt

NOTHING: Any = object()


class Way:
    """`taken`: [prompt, answer] from the start to here. `done`: [act, reference] since a level was last left."""

    def __init__(self) -> None:
        self.taken: list[list[Any]] = []
        self.done: list[list[Any]] = []
        self.ahead: list[list[Any]] = []
        self._last = 0

    def lead(self, path: list[list[Any]]) -> None:
        """Answer the next questions as they were answered then."""
        self.ahead = list(path)

    def again(self, prompt: Prompt) -> Any:
        """The next answer of then, or NOTHING. Only while there is one `ahead`."""
        name, value = self.ahead.pop(0)
        if name == prompt.name and prompt.plain and not (isinstance(prompt, Menu) and value not in prompt.options):
            return value
        self.ahead = []
        return NOTHING

    def answered(self, prompt: Prompt, value: Any) -> None:
        """One more answer."""
        self._last = len(self.taken)
        if prompt.plain:
            self.taken.append([prompt.name, value])

    def keep(self, name: str, value: Any) -> None:
        """What was found by answers that are no longer on the way: it stands for them."""
        self._last = len(self.taken)
        self.taken.append([name, value])

    def kept(self, name: str) -> Any:
        """What was found then, if that comes next on the way back; None otherwise."""
        if self.ahead and self.ahead[0][0] == name:
            return self.ahead.pop(0)[1]
        return None

    def enter(self) -> int:
        """A level begins with the choice that opened it; a mark for `leave`."""
        return self._last

    def leave(self, mark: int) -> None:
        """The level is over: its choice may be made anew, and what was done in it is settled."""
        del self.taken[mark:]
        self.settle()

    def arrive(self) -> None:
        """The task is at its end: there is nothing to go back to, only what was done in it."""
        self.taken.clear()

    def settle(self) -> None:
        """The caller has answered to what was done."""
        self.done.clear()

    def to_keep(self) -> dict[str, Any]:
        """What the next call may ask for."""
        kept = {"path": self.taken, "done": self.done}
        return {name: list(value) for name, value in kept.items() if value}
