"""Whoever was cut off in the middle may go on where they stood, once they have proved again who they are."""

from call_flows.identify import identify
from ivr.calls.dropped_calls import ResumePoint, settle, what_was_left
from ivr.engine import Back, Call, Main, Menu

GO_ON = Menu("go-on", ("on", "anew"), resumable=False)


async def offer_to_go_on(call: Call, dropped: str) -> None:
    """The offer names no task: a caller's number is not a person."""
    try:
        chosen = await call.menu(GO_ON)
        if chosen == "on":
            await go_on(call, dropped)
        else:
            await call.do(settle, dropped)
    except (Back, Main):
        return


async def go_on(call: Call, dropped: str) -> None:
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
