"""Resumes a call that broke off: after a new verification, the caller continues at the same place."""

from call_flows.identify import identify
from ivr.calls.dropped_calls import ResumePoint, settle, what_was_left
from ivr.engine import Back, Call, Main, Menu

RESUME = Menu("go-on", ("on", "anew"), resumable=False)


async def offer_to_resume(call: Call, dropped: str) -> None:
    """Offer to resume. The offer names no task, because the calling number does not prove who is calling."""
    try:
        chosen = await call.menu(RESUME)
        if chosen == "on":
            await resume(call, dropped)
        else:
            await call.do(settle, dropped)
    except (Back, Main):
        return


async def resume(call: Call, dropped: str) -> None:
    """Verify the caller, then tell what the dropped call had done, or lead back to the place where it broke off."""
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
    """Tell what the dropped call had done, so that nothing is done twice."""
    for one in left.done:
        call.say("done-" + one.act, reference=one.reference)
