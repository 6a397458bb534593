"""Was it solved? The end of every task."""

from ivr.engine import Call, Confirm, Main, Menu, ToAgent
from ivr.handover import reasons

SOLVED = Confirm("was-it-solved", acts=False, resumable=False)
ANYTHING = Menu("anything-else", ("more", "end"), resumable=False)
NOT_SOLVED = Menu("not-solved", ("person", "menu"), resumable=False)
NOT_SOLVED_CLOSED = Menu("not-solved-closed", ("callback", "menu"), resumable=False)
"""While nobody is at work."""


async def was_it_solved(call: Call) -> None:
    """Ask; then another question, a person, or a goodbye with the privacy reminder."""
    call.path.end_task()
    solved = await call.confirm(SOLVED)
    call.path.acknowledge()
    call.facts["solved"] = solved
    if not solved:
        call.say("sorry-not-solved")
        choice = await call.menu(NOT_SOLVED if call.at_work else NOT_SOLVED_CLOSED)
        if choice == "menu":
            raise Main
        raise ToAgent(reasons.NOT_SOLVED)
    await anything_else(call)


async def nothing_done(call: Call) -> None:
    """The end of a task in which the caller wanted nothing done: whether that solved anything is not asked."""
    call.path.end_task()
    call.path.acknowledge()
    await anything_else(call)


async def anything_else(call: Call) -> None:
    """Another question, or goodbye."""
    choice = await call.menu(ANYTHING)
    goodbye_or_more(call, choice)


def goodbye_or_more(call: Call, choice: str) -> None:
    """What was chosen of `more` and `end`; it does not come back."""
    if choice == "more":
        raise Main
    call.say("goodbye", name=call.facts["name"])
    call.hang_up()
