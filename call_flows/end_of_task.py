"""Ends a task: asks whether it was solved, then offers another question or says goodbye."""

from ivr.engine import Call, Confirm, Main, Menu, ToAgent
from ivr.handover import reasons

SOLVED = Confirm("was-it-solved", acts=False, resumable=False)
ANYTHING = Menu("anything-else", ("more", "end"), resumable=False)
NOT_SOLVED = Menu("not-solved", ("person", "menu"), resumable=False)
NOT_SOLVED_CLOSED = Menu("not-solved-closed", ("callback", "menu"), resumable=False)
"""Used while no agent is at work."""


async def was_it_solved(call: Call) -> None:
    """Ask whether it is solved; then offer another question, a person, or goodbye with the privacy reminder."""
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
    """End a task in which the caller declined to change anything. It does not ask whether that solved the problem."""
    call.path.end_task()
    call.path.acknowledge()
    await anything_else(call)


async def anything_else(call: Call) -> None:
    """Offer another question, or say goodbye."""
    choice = await call.menu(ANYTHING)
    goodbye_or_more(call, choice)


def goodbye_or_more(call: Call, choice: str) -> None:
    """Follow the choice: `more` returns to the main menu, anything else says goodbye. Never returns."""
    if choice == "more":
        raise Main
    call.say("goodbye", name=call.facts["name"])
    call.hang_up()
