"""Whoever was cut off in the middle may go on where they stood, once they have proved again who they are."""

from call_flows.identify import identify
from ivr.calls.dropped_calls import ResumePoint, settle, what_was_left
from ivr.engine import Back, Call, Main, Menu

RESUME = Menu("go-on", ("on", "anew"), resumable=False)


async def offer_to_resume(call: Call, dropped: str) -> None:
    """The offer names no task: a caller's number is not a person."""
    try:
        chosen = await call.menu(RESUME)
        if chosen == "on":
            await resume(call, dropped)
        else:
            await call.do(settle, dropped)
    except (Back, Main):
        return


async def resume(call: Call, dropped: str) -> None:
    """What was done already is told; otherwise the way back is walked."""
    customer = await identify(call)
    left = await call.do(what_was_left, dropped, customer)
    if left is None:
        call.say("nothing-left")
        return
    await call.do(settle, dropped)
    if left.done:
        tell_done(call, left)
    else:
        await call.announce("went-on")
        call.path.resume(left.path)


def tell_done(call: Call, left: ResumePoint) -> None:
    """Nothing is done twice."""
    for one in left.done:
        call.say("done-" + one.act, reference=one.reference)
