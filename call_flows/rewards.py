"""Tells points and progress of rewards, and opens a case for a reward that did not arrive."""

from call_flows.case_promise import tell_case, tell_reference
from call_flows.identify import identify
from ivr.cases.cases import open_case
from ivr.engine import Call, Confirm, Menu
from ivr.wallet.offers import Progress, rewards_of

STEP = Menu("promotion-progress-step", ("on", "again", "missing"), resumable=False)
OWED_STEP = Menu("promotion-owed-step", ("on", "again"), resumable=False)
END = Menu("promotion-progress-end", ("enough", "missing"), resumable=False)
OPEN = Confirm("promotion-case-now")


async def my_rewards(call: Call) -> bool:
    """Verify the caller, then tell points and progress, and offer a case for a missing reward.

    False: the caller declined the case at the end.
    """
    customer = await identify(call)
    mine = await call.do(rewards_of, customer)
    call.say("promotion-points", points=mine.points)
    if not mine.progress:
        call.say("promotion-progress-none")
    for place in range(len(mine.progress)):
        await one_reward(call, mine.progress[place])
    chosen = await call.menu(END)
    if chosen == "missing":
        call.say("promotion-missing-other")
        return await raise_missing(call, call.sid)
    return True


async def one_reward(call: Call, one: Progress) -> None:
    """Tell the progress of one reward. Open a case for an overdue one; any other the caller may report as missing."""
    how_far(call, one)
    if one.state == "overdue":
        await open_for(call, one.promotion)
    step = OWED_STEP if one.state == "overdue" else STEP
    chosen = await call.menu(step)
    while chosen == "again":
        how_far(call, one)
        chosen = await call.menu(step)
    if chosen == "missing":
        call.say("promotion-missing", title=one.title)
        await raise_missing(call, one.promotion)


def how_far(call: Call, one: Progress) -> None:
    """Tell title, state, the missing amount and what the promotion gives."""
    call.say("promotion-title", title=one.title)
    if one.state == "counting" and one.missing is None:
        call.say("promotion-progress-so-far", progress=one.progress)
    else:
        call.say("promotion-progress-" + one.state, progress=one.progress, missing=one.missing, day=one.day)
    if one.gives and one.state not in ("ended", "overdue"):
        gives = "promotion-gave-" if one.state == "credited" else "promotion-gives-"
        call.say(gives + one.gives.kind, amount=one.gives.amount)


async def raise_missing(call: Call, about: str) -> bool:
    """Open a case for a missing reward after a confirmation. False: the caller declined."""
    wanted = await call.confirm(OPEN)
    if wanted:
        await open_for(call, about)
    else:
        call.say("promotion-case-not-wanted")
    return wanted


async def open_for(call: Call, about: str) -> None:
    """Open the case and tell its reference and date: at most one for one matter."""
    call.pause()
    case = await call.do(open_case, call.facts["customer"]["id"], call.facts["wallet"], "reward", about)
    tell_reference(call, case)
    tell_case(call, case)
