"""What is told of what was found: every answer of the outside is heard as what it is, and nothing comes before its
question.
"""

from __future__ import annotations

from collections.abc import Iterator

from call_flows.pick_record import OWED
from ivr.engine.waits import Dial
from ivr.wallet.reasons import Reason
from tests.exploration.finding import NOTED, OFFERS, Fault, reached_without
from tests.exploration.graph import FAILED, Edge, Graph

_REASONS = [reason.value for reason in Reason if reason is not Reason.NETWORK]
TOLD: dict[str, set[str]] = {
    **{f"find_top_ups: {reason}": {f"advice-{reason}"} for reason in _REASONS},
    "find_top_ups: none": {"top-up-not-received", "charged-perhaps", "top-up-charged-unseen"},
    "find_top_ups: near": {"recent-top-up", "top-up-not-received", "top-up-charged-unseen"},
    "find_top_ups: no debit": {"advice-card-expired"},
    "find_top_ups: two": {"top-up-pick"},
    "find_top_ups: two of one minute": {"top-up-pick-place"},
    **{f"find_payments: {reason}": {f"payment-{reason}"} for reason in _REASONS},
    "find_payments: none": {"payment-not-found", "payment-charged-unseen"},
    "find_payments: near": {"recent-payment", "payment-not-found", "payment-charged-unseen"},
    "find_payments: two": {"payment-pick"},
    "find_payments: two payees": {"payment-pick-payee"},
    "find_payments: two of one minute": {"payment-pick-place"},
    "find_payments: balance": {"balance-is"},
    "find_payments: unnamed": {"payment-is-unnamed"},
    "likely_top_ups: none": {"top-up-need"},
    "likely_top_ups: pending": {"top-up-pending"},
    "likely_top_ups: failed": {"top-up-failed"},
    "likely_top_ups: two": {"top-up-failed"},
    "likely_payments: none": {"payment-need"},
    "likely_payments: pending": {"payment-pending"},
    "likely_payments: failed": {"payment-failed"},
    "likely_payments: two": {"payment-failed"},
    "at_a_glance: two": {"balance-is"},
    "at_a_glance: none": {"records-none"},
    "at_a_glance: frozen": {"account-frozen"},
    "at_a_glance: closed": {"account-closed"},
    "doubles: none": {"find"},
    "doubles: one": {"likely-double"},
    "doubles: two": {"likely-double"},
    "open_case: case": {"case-opened"},
    "open_case: provisional": {"case-opened"},
    "open_case: late": {"case-late"},
    "open_case: settled": {"case-settled"},
    "latest: none": {"records-none", "find"},
    "latest: two": {"record-payment", "likely-payment"},
    "latest: failed": {"record-failed", "find"},
    "latest: no debit": {"record-failed", "find"},
    "search: none": {"search-none", "search-none-wider"},
    "search: none so far": {"search-back-to"},
    "payees: none": {"payees-none"},
    "spending: some": {"spent-week"},
    "spending: none": {"spent-nothing-week"},
    "twins: none": {"dispute-no-twin"},
    "twins: one": {"dispute-is"},
    "twins: two of one minute": {"dispute-twin-place"},
    "dispute_of: received": {"dispute-already"},
    "dispute_of: late": {"case-late"},
    "dispute_of: done": {"dispute-already"},
    "dispute_of: none, terms_of: too old": {"dispute-too-old"},
    "refund_due: not due": {"promise-by"},
    "refund_due: around": {"promise-around"},
    "file_dispute: there is one": {"dispute-already"},
    "keep_dispute: kept": {"dispute-due"},
    "keep_dispute: provisional": {"dispute-due-provisional"},
    "request_callback: slot": {"callback-promised"},
    "request_callback: no slot": {"callback-noted"},
    "request_callback: too many": {"callback-not-now"},
    "draft_for_caller: allowed": {"callback-from", "callback-left", "callback-not-now"},
    "draft_callback: allowed": {"callback-number-is"},
    "draft_callback: abroad": {"callback-number-in"},
    "draft_chosen: chosen": {"callback-number-in"},
    "draft_callback: not there": {"callback-not-there"},
    "draft_callback: wrong length": {"callback-wrong-length"},
    **{f"stage_of: {stage}, may_be_told: told": {f"case-stage-{stage}"} for stage in ("received", "in-review", "done")},
    "stage_of: late, may_be_told: told": {"case-late"},
    "stage_of: unknown, may_be_told: told": {"case-unknown"},
    **{
        f"verdict_of: {verdict}": {f"verdict-{verdict}"}
        for verdict in ("decided-refund", "decided-rejected", "refunded")
    },
    "verdict_of: not theirs": {"verdict-not-yours"},
    "current_offers: none": {"promotion-none"},
    "current_offers: all three": {"promotion-count"},
    **{f"offers_for: {standing}": {f"promotion-user-{standing}"} for standing in ("new", "existing", "unknown")},
    "rewards_of: none": {"promotion-progress-none"},
    "rewards_of: so far": {"promotion-progress-so-far"},
    **{
        f"rewards_of: {state}": {f"promotion-progress-{state}"}
        for state in ("counting", "ended", "credited", "due", "overdue", "awaited")
    },
    "push_is_on: on": {"promotion-messages-are-on"},
    "push_is_on: off": {"promotion-messages-are-off"},
    "is_official: official": {"number-official"},
    "is_official: not official": {"number-not-official"},
    "review: frozen": {"account-frozen"},
    "review: closed": {"account-closed"},
    "review: two": {"account-active"},
    "review: failed": {"recent-only-failed"},
    "freeze: frozen": {"freeze-done"},
    "freeze_untold: settled": {"freeze-if-right"},
    "may_be_told: untold": {"case-proof", "one-moment"},
    "own_stage_of: not theirs": {"case-not-yours"},
    "standing: frozen, weigh: owner": {"freeze-found-frozen"},
    "standing: closed, weigh: owner": {"freeze-found-closed"},
    "weigh: refused for good": {"identify-refused"},
    "weigh: refused": {"identify-no-match", "identify-refused"},
    "judge: refused": {"identify-no-match", "identify-refused"},
    "judge: verified": {"identified"},
    "what_was_left: somebody else's": {"nothing-left"},
    "what_was_left: a way": {"went-on"},
    "what_was_left: a dispute": {"went-on"},
    **{
        f"what_was_left: {'a case' if act == 'case' else act}": {f"done-{act}"}
        for act in ("case", "callback", "freeze", "consent")
    },
}
"""An outcome, and the messages of which one must be heard in the same turn."""
ORDER = {
    "review": {"directed=no"},
    "lift-by-person": {"directed=no"},
    "dispute-filed": {"file_dispute: filed"},
    "freeze-done": {"freeze: frozen"},
    "freeze-if-right": {"freeze_untold: settled"},
    "went-on": {"what_was_left: a way", "what_was_left: a dispute"},
    "dispute-is": {"dispute_of: none"},
    "log-out-noted": {"freeze: frozen", "standing: frozen"},
    "money-sent-china": {"money-sent=yes"},
    "money-sent-police": {"money-sent=yes"},
}
"""An effect or a message, and what must have come before it on every way there is."""
AGAIN = {"repeat", "language", "slower", "more-time", "clear"}
"""What says again what was said before, on whichever way there."""
BEFORE_THE_OFFER = {"welcome-back", "self-service-only"}


def p21_what_was_found_is_told(graph: Graph) -> Iterator[Fault]:
    """Found, not found, refused, too old, done already: the words say which."""
    for edge in graph.edges:
        if any(done.endswith("unavailable") for done in edge.turn.outcomes):
            continue
        heard, found = {line.id for line in edge.turn.lines}, ", ".join(edge.turn.outcomes)
        for done, messages in TOLD.items():
            if done in found and heard.isdisjoint(messages) and (done in edge.turn.outcomes or "," in done):
                yield Fault("P21", f"{done}, and nobody says {' or '.join(sorted(messages))}", edge)


def p9_what_is_owed_is_opened(graph: Graph) -> Iterator[Fault]:
    """Nobody knows yet, or the fault is ours: a case, unasked, and none for any other reason."""
    for edge in graph.edges:
        told = {line.id.partition("-")[2] for line in edge.turn.lines if line.id.startswith(("advice-", "payment-"))}
        opened = any(done.startswith("open_case") for done in edge.turn.outcomes)
        found = any(done.startswith(("find_top_ups", "find_payments")) for done in edge.turn.outcomes)
        owed = told & set(OWED) or any(line.id.endswith("-charged-unclear") for line in edge.turn.lines)
        if (found or edge.decision == "value") and told & set(_REASONS) and bool(owed) != opened:
            yield Fault("P9", f"{sorted(told & set(_REASONS))}, and {'a' if opened else 'no'} case", edge)


def p8_nothing_before_its_question(graph: Graph) -> Iterator[Fault]:
    """Nobody looks into an account for a caller who is given orders; nothing is told as done that was not."""
    for what, before in ORDER.items():
        unasked = reached_without(graph, before)
        for edge in graph.edges:
            if edge.decision in AGAIN:
                continue
            here = {line.id for line in edge.turn.lines} | {done.partition(":")[0] for done in edge.turn.outcomes}
            if what in here and edge.source in unasked and before.isdisjoint(edge.marks):
                yield Fault("P8", f"{what} without {' or '.join(before)}", edge)


def p8_the_offer_names_no_task(graph: Graph) -> Iterator[Fault]:
    """Whoever rings from the number of a call that broke off hears that it did, and no more."""
    for edge in (*graph.entries, *graph.edges):
        if "dropped_call: broke off" in edge.turn.outcomes and edge.target >= 0:
            context = getattr(edge.turn.wait, "context", ())
            more = {line.id for line in context} - BEFORE_THE_OFFER
            if more or graph.states[edge.target].name != "go-on":
                yield Fault("P8", f"the offer to go on comes with {sorted(more)}", edge)


def p19_a_switched_line(graph: Graph) -> Iterator[Fault]:
    """A line that operations have switched leads to no task; a closed one rings nobody."""
    for state in graph.states:
        root_flow = state.begin.root_flow.__name__
        if root_flow == "closed" and isinstance(state.wait, Dial):
            yield Fault("P19", "the line is closed, and an agent is rung", state.came)
        if root_flow in ("closed", "to_person") and state.name == "main-menu":
            yield Fault("P19", "the line is switched, and the main menu is asked", state.came)


def p20_one_leg_after_the_other(graph: Graph) -> Iterator[Fault]:
    """A talk ends the call; every other end of a leg rings the next agent, or offers a callback."""
    for edge in graph.edges:
        if isinstance(graph.states[edge.source].wait, Dial):
            yield from _after_a_leg(graph, edge)


def _after_a_leg(graph: Graph, edge: Edge) -> Iterator[Fault]:
    if edge.label == "accepted" and edge.target >= 0:
        yield Fault("P20", f"after a talk the line goes on to {graph.states[edge.target].name}", edge)
    rung_or_noted = NOTED in edge.turn.outcomes or (
        edge.target >= 0 and graph.states[edge.target].name in {"agent", "after-callback"} | OFFERS
    )
    if edge.label != "accepted" and not rung_or_noted:
        yield Fault("P20", f"{edge.label} leads to no agent and no callback", edge)


A_PERSON = {"connecting", "closed-now", "closed-now-provisional", "nobody-free", "queue-full"}
HEARD: dict[tuple[str, str], set[str]] = {
    ("record", "details"): {"details-at"},
    ("record", "next"): {"record-payment", "record-top-up", "record-last"},
    ("record", "previous"): {"record-payment", "record-top-up", "record-first"},
    ("promotion-step", "again"): {"promotion-title"},
    ("promotion-step", "details"): {"promotion-since"},
    ("promotion-step", "on"): {"promotion-title", "promotion-last"},
    ("promotion-progress-step", "again"): {"promotion-title"},
    ("promotion-progress-step", "missing"): {"promotion-missing"},
    ("promotion-progress-end", "missing"): {"promotion-missing-other"},
    ("directed", "yes"): {"directed-advice"},
    ("security", "scam"): {"directed-advice"},
    ("security", "tips"): {"protect-care"},
    ("freeze-now", "no"): {"freeze-not-wanted"},
    ("frozen-then", "advice"): {"protect-care"},
    ("security", "freeze"): {"freeze-need", "one-moment"},
    ("has-phone", "no"): {"lost-phone-sim"},
    ("log-out-everywhere", "yes"): {"log-out-noted"},
    ("money-sent", "yes"): {"money-sent-china", "money-sent-police"},
    ("about-this", "yes"): {
        *(f"{kind}-{reason}" for kind in ("advice", "payment") for reason in _REASONS),
        "dispute-already",
        "dispute-too-old",
        "dispute-phone",
        "dispute-amount",
        "dispute-merchant",
        "dispute-refund-day",
        "dispute-cancel-day",
        "dispute-no-twin",
        "dispute-twin-place",
        "dispute-is",
    },
    ("way-out", "freeze"): {"freeze-need", "one-moment"},
    ("dispute-now", "no"): {"dispute-wrong"},
    ("investigate-now", "no"): {"investigation-not-wanted"},
    ("complaint-now", "no"): {"complaint-not-wanted"},
    ("dispute-wrong", "apply"): {"apply-yourself"},
    ("dispute-then", "terms"): {"dispute-steps"},
    ("balance-then", "others"): {"find"},
    ("dispute-reason", "wrong-payee"): {"dispute-wrong-payee"},
    ("rules", "apply"): {"apply-yourself"},
    ("promotion-messages-now", "no"): {"promotion-messages-stay-on", "promotion-messages-stay-off"},
    ("promotion-case-now", "no"): {"promotion-case-not-wanted"},
    ("search-nothing", "person"): A_PERSON,
    ("too-old-then", "person"): A_PERSON,
    ("charged-open", "person"): A_PERSON,
    ("complaint-wrong", "nothing"): {"anything-else"},
    ("dispute-wrong", "nothing"): {"anything-else"},
    ("dispute-wrong", "reason"): {"dispute-reason"},
    ("dispute-wrong", "payment"): {"find"},
}
"""An answer, and the messages of which one must follow at once."""
UNHEARD: dict[tuple[str, str], set[str]] = {
    ("record", "next"): {"record-first"},
    ("record", "previous"): {"record-last"},
    ("directed", "no"): {"directed-advice"},
    ("promotion-messages-now", "no"): {"promotion-messages-turned-on", "promotion-messages-turned-off"},
    ("go-on", "anew"): {"went-on", "scam-caution"},
}
"""An answer, and the messages that must not follow."""


def p14_each_answer_is_taken_for_what_it_is(graph: Graph) -> Iterator[Fault]:
    """Next is not previous, details are no repetition, no is not yes."""
    for edge in graph.edges:
        if (
            edge.decision != "value"
            or edge.target == FAILED
            or any(one.endswith("unavailable") for one in edge.turn.outcomes)
        ):
            continue
        answer = (edge.turn.steps[0][1], edge.turn.steps[0][3])
        heard = {line.id for line in edge.turn.lines}
        if answer in HEARD and heard.isdisjoint(HEARD[answer]):
            yield Fault(
                "P14", f"{answer[1]} at {answer[0]} is not followed by {' or '.join(sorted(HEARD[answer]))}", edge
            )
        if answer in UNHEARD and heard & UNHEARD[answer]:
            yield Fault("P14", f"{answer[1]} at {answer[0]} is followed by {sorted(heard & UNHEARD[answer])}", edge)


CASES = {
    "complaint": {("complaint-now", "yes")},
    "security": {("investigate-now", "yes"), ("log-out-everywhere", "yes")},
    "reward": {("promotion-case-now", "yes")},
}
"""Kinds of a case that a caller asks for, and the answers that ask for it."""
OWED_TO_VICTIMS = "money-sent:"
"""The matter of the case for a caller who has sent money to a fraudster, opened unasked while no agent is there."""


def p9_a_case_was_asked_for(graph: Graph) -> Iterator[Fault]:
    """A case that the line does not owe is opened right after a yes; an overdue reward is owed."""
    for edge in graph.edges:
        for act, given in edge.turn.given:
            if act != "open_case" or given[2] not in CASES or given[3].startswith(OWED_TO_VICTIMS):
                continue
            is_asked = (edge.turn.steps[0][1], edge.turn.steps[0][3]) in CASES[given[2]]
            if not is_asked and "rewards_of: overdue" not in edge.turn.outcomes:
                yield Fault("P9", f"a case about {given[2]} without a yes", edge)
