"""The answers that led a caller to where they stand, so that a caller who was cut off can be led back there.

It holds plain answers only. What is personal, confirms an act or is true only now is asked again, and effects run
again. Leaving a level removes its answers. Resuming ends, without a word, at the first question that differs from the
recorded one, or that no longer offers the recorded answer.
"""

from __future__ import annotations

from typing import Any

from ivr.engine.prompts import Menu, Prompt

NO_ANSWER: Any = object()


class AnswerPath:
    """The path of one call.

    `answers`: [prompt, answer] from the start to here. `done`: [act, reference] since a level was last left.
    `to_resume`: the answers of the broken-off call that are still to be given again.
    """

    def __init__(self) -> None:
        self.answers: list[list[Any]] = []
        self.done: list[list[Any]] = []
        self.to_resume: list[list[Any]] = []
        self._last = 0

    def resume(self, path: list[list[Any]]) -> None:
        """Answer the next questions with the answers of an earlier call's path."""
        self.to_resume = list(path)

    def next_answer(self, prompt: Prompt) -> Any:
        """The recorded answer to this prompt, or NO_ANSWER, which ends resuming. Only while `to_resume` has one."""
        name, value = self.to_resume.pop(0)
        is_offered = not isinstance(prompt, Menu) or value in prompt.options
        if name == prompt.name and prompt.resumable and is_offered:
            return value
        self.to_resume = []
        return NO_ANSWER

    def add_answer(self, prompt: Prompt, value: Any) -> None:
        """Record one more answer."""
        self._last = len(self.answers)
        if prompt.resumable:
            self.answers.append([prompt.name, value])

    def add_found(self, name: str, value: Any) -> None:
        """Record what answers found that are no longer on the path: it stands for them."""
        self._last = len(self.answers)
        self.answers.append([name, value])

    def next_found(self, name: str) -> Any:
        """What `add_found` recorded under this name, if it comes next on the path that is resumed; else None."""
        if self.to_resume and self.to_resume[0][0] == name:
            return self.to_resume.pop(0)[1]
        return None

    def enter_level(self) -> int:
        """Begin a level with the choice that opened it; the position to give to `leave_level`."""
        return self._last

    def leave_level(self, position: int) -> None:
        """End a level: its choice can be made again, and the caller knows what was done in it."""
        del self.answers[position:]
        self.acknowledge()

    def end_task(self) -> None:
        """Forget the answers: the task is finished, and there is nothing to go back to but what was done in it."""
        self.answers.clear()

    def acknowledge(self) -> None:
        """Forget what was done: the caller has answered after hearing of it."""
        self.done.clear()

    def to_store(self) -> dict[str, Any]:
        """The path as the journal stores it with the wait, for the next call to resume."""
        stored = {"path": self.answers, "done": self.done}
        return {name: list(value) for name, value in stored.items() if value}
