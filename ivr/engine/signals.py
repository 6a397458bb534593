"""How a call leaves a place. Raised by a verb, live and on replay alike; never caught by `except Exception`."""


class Signal(BaseException):
    """Control flow of a call; a flow may let it pass, and only the engine and the root catch it."""


class Back(Signal):
    """`*`: the innermost level ends without a result, and its menu is asked again."""


class Main(Signal):
    """`**#`, or `*` twice with nothing between: the main menu."""


class ToAgent(Signal):
    """`0`, the third failure, or a flow that decided so: a person, with the reason."""

    def __init__(self, reason: str, gave_up: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.gave_up = reason, gave_up


class HangUp(Signal):
    """The conversation is over; what was said is spoken, then the line closes."""
