"""Signals: exceptions with which a verb leaves a flow, live and in replay. `except Exception` does not catch them."""


class Signal(BaseException):
    """Control flow of a call. A flow lets it pass; the engine and the root flow catch it."""


class Back(Signal):
    """`*`: the innermost level ends without a result, and its menu is asked again."""


class Main(Signal):
    """`**#`, or `*` twice with nothing between: the main menu."""


class ToAgent(Signal):
    """`0`, the third failure, or a decision of the flow: the call goes to a person, for a reason."""

    def __init__(self, reason: str, gave_up: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.gave_up = reason, gave_up


class HangUp(Signal):
    """The conversation is over: what was said is spoken, then the line hangs up."""
