"""Reviews an account with its owner: marks unknown transactions, opens a case, and gives advice."""

from call_flows.case_promise import tell_case, tell_reference
from call_flows.freeze import Frozen, freeze_account
from call_flows.identify import identify
from call_flows.scam_pressure import is_under_pressure, offer_protection
from call_flows.voice_note import offer_voice_note
from ivr.cases.cases import open_case
from ivr.engine import Call, Confirm, Menu
from ivr.wallet.review import Review, review

YOURS = Confirm("yours", acts=False, resumable=False)
OPEN = Confirm("investigate-now")
TOLD_IN_A_ROW = 4
"""The number of transactions after which the caller is asked whether to hear more."""
FURTHER = Menu("recent-further", ("on", "enough"), resumable=False)
AFTER = Menu("after-case", ("advice", "enough"))


async def investigate(call: Call, logs_in: bool) -> bool:
    """Verify the caller, then go through status and last transactions, and offer a freeze, a case and advice.

    False: the caller declined all of them.
    """
    if await is_under_pressure(call):
        return await offer_protection(call)
    customer = await identify(call)
    found = await call.do(review, customer)
    call.say("account-" + found.status)
    strange = await ask_which_are_strange(call, found)
    froze: Frozen = ""
    if strange and found.status == "active":
        froze = await freeze_account(call)
    opened = await open_investigation(call, strange)
    chosen = await call.menu(AFTER)
    if chosen == "advice":
        advise(call, logs_in, found.two_factor)
    return bool(froze) or opened or chosen == "advice"


async def ask_which_are_strange(call: Call, found: Review) -> list[str]:
    """Ask of each transaction whether it is the caller's own; returns the ids of those that are not."""
    strange: list[str] = []
    recent = found.recent
    if not recent:
        call.say("recent-only-failed" if found.only_failed else "recent-none")
    for place in range(len(recent)):
        if place and place % TOLD_IN_A_ROW == 0:
            further = await call.menu(FURTHER)
            if further == "enough":
                break
        one = recent[place]
        call.say("recent-" + one.kind, at=one.at, amount=one.amount, payee=one.payee)
        if one.status != "succeeded":
            call.say("record-" + one.status)
        if not await call.confirm(YOURS):
            strange.append(one.id)
    call.facts["not_mine"] = strange
    return strange


async def open_investigation(call: Call, strange: list[str]) -> bool:
    """Read the matter back, confirm, and open a case with reference, next step and date: at most one for one matter.

    False: the caller declined.
    """
    call.say("marked-some" if strange else "marked-none")
    if not await call.confirm(OPEN):
        call.say("investigation-not-wanted")
        return False
    customer, about = call.facts["customer"], ",".join(strange) or call.sid
    case = await call.do(open_case, customer["id"], customer["wallet"], "security", about)
    tell_reference(call, case)
    call.say("investigation-next")
    tell_case(call, case)
    await offer_voice_note(call, case.reference)
    return True


def advise(call: Call, logs_in: bool, two_factor: bool | None = None) -> None:
    """Give advice on password, two-factor log-in and care; nothing that needs the app to a caller who cannot log in."""
    call.say("protect-password" if logs_in else "protect-locked-out")
    if two_factor is not None:
        call.say("two-factor-on" if two_factor else "two-factor-off")
    if logs_in and not two_factor:
        call.say("protect-two-factor")
    call.say("protect-care")
