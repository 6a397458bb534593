"""Errors of the engine that flows, effects and the turn have in common."""

from __future__ import annotations


class Unavailable(Exception):
    """The outside did not answer in time, or its answer was invalid. The outcome is unknown: never a success."""


class Diverged(RuntimeError):
    """The flow asks for something else than the journal holds."""


class RunawayFlow(RuntimeError):
    """A flow said or did more in one turn, or a call took more turns, than any conversation needs."""


class ForeignAwait(RuntimeError):
    """A flow awaited something that is not a verb of the call."""


class UncaughtSignal(RuntimeError):
    """A root flow let a signal pass, and nothing above a root flow can answer it."""
