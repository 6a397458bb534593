"""What is done and told only with reason: proof before data, yes before a write, no success without one."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_type_hints

from ivr.engine.effects import Effect
from ivr.engine.waits import Wait
from ivr.wallet.verified import Verified
from tests.exploration.finding import UNNOTED, Fault, reached_without, reaches_person
from tests.exploration.graph import Edge, Graph, State

TRANSACTION_DATA = {
    "record-payment",
    "record-top-up",
    "records-none",
    "payees-none",
    "spent-week",
    "spent-nothing-week",
    "search-payee",
    "pick-time",
    "pick-date",
    "pick-payee",
    "pick-amount",
    "dispute-filed",
    "dispute-already",
    "dispute-is",
    "likely-payment",
    "likely-double",
    "dispute-twin",
    "dispute-twin-place",
    "dispute-no-twin",
}
PROMOTION_DATA = {
    "promotion-points",
    *(f"promotion-user-{kind}" for kind in ("new", "existing", "unknown")),
    *(f"promotion-messages-{state}" for state in ("are-on", "are-off", "turned-on", "turned-off")),
    *(
        f"promotion-progress-{state}"
        for state in ("counting", "so-far", "ended", "credited", "due", "awaited", "overdue")
    ),
}
DATA = (
    {
        "top-up-is",
        "top-up-pending",
        "top-up-failed",
        "payment-pending",
        "payment-failed",
        "bank-shows-debit",
        "others-found",
        "other-card",
        "recent-payment-unnamed",
        "balance-is",
        "top-up-pick",
        "top-up-pick-place",
        "case-opened",
        "case-known",
        "limit-single",
        "limit-daily",
        "limit-monthly",
        "limit-annual",
        "account-active",
        "account-frozen",
        "account-closed",
        "recent-payment",
        "recent-top-up",
        "recent-only-failed",
        "payment-is",
        "payment-is-unnamed",
        "payment-pick",
        "payment-pick-payee",
        "payment-pick-place",
        "verdict-decided-refund",
        "verdict-decided-rejected",
        "verdict-refunded",
    }
    | TRANSACTION_DATA
    | PROMOTION_DATA
)
SUCCESS = DATA | {
    "advice-succeeded",
    "top-up-not-received",
    "payment-succeeded",
    "payment-not-found",
    "case-promise",
    "callback-promised",
    "callback-noted",
    "freeze-done",
    "freeze-if-right",
    "freeze-found-frozen",
}
PROOF, WEAK_PROOF = {"judge: verified"}, {"weigh: owner", "weigh: untold owner", "weigh: untold nobody"}
"""After many guesses at an account the proof is weighed and not told: whoever proved nothing asks for nobody's freeze.
"""
ASKED_FOR = {
    "request_callback": ("callback-here", "callback-right"),
    "freeze": ("freeze-now",),
    "freeze_untold": ("freeze-now",),
    "keep_freeze": ("freeze-now",),
    "set_push": ("promotion-messages-now",),
    "keep_consent": ("promotion-messages-now",),
    "file_dispute": ("dispute-now",),
    "keep_dispute": ("dispute-now",),
}
"""Acts that the caller asks for, and the questions of which one's yes must come right before."""
ASKED_AGAIN = {"freeze-unsure", "promotion-messages-unsure", "dispute-unsure"}
"""Moments between such a yes and the same act, asked about again under the same key."""
OFTEN = {"freeze", "freeze_untold", "keep_freeze", "set_push", "keep_consent", "file_dispute", "keep_dispute"}
"""Acts that change nothing the second time, or that are taken back by another yes."""
HONEST = {
    "wallet-unavailable",
    "freeze-out-of-reach",
    "freeze-unknown",
    "promotion-messages-unknown",
    "dispute-unknown",
}
"""What is said when the wallet did not answer."""

ROOMS = ("identity", "cases", "callbacks", "handover", "voice_notes", "calls", "wallet")
"""Those with effects."""


@cache
def need_proof() -> frozenset[str]:
    """Effects that are given a verified customer, by their signatures; a case and a note are kept for one by number."""
    modules = [
        module for name, module in sys.modules.items() if name.startswith(tuple(f"ivr.{room}." for room in ROOMS))
    ]
    effects = [one for module in modules for one in vars(module).values() if isinstance(one, Effect)]
    given = {one.name.rpartition(".")[2] for one in effects if Verified in get_type_hints(one.run).values()}
    return frozenset(given | {"open_case", "keep_note"})


def p8_proof_before_data(graph: Graph) -> Iterator[Fault]:
    """Account data and what reads it come after a verdict that was yes, on every way there is."""
    need = need_proof()
    unproved, unweighed = (reached_without(graph, proofs) for proofs in (PROOF, PROOF | WEAK_PROOF))
    for edge in graph.edges:
        done = edge.turn.outcomes
        if edge.source in unproved and PROOF.isdisjoint(done):
            spoken = DATA & {line.id for line in edge.turn.lines}
            touched = [one for one in done if one.partition(":")[0] in need]
            if ("keep_note", None) in [(act, given[0]) for act, given in edge.turn.given if given]:
                touched.remove("keep_note: kept")  # a note of the call, for no account
            if _is_wish_of_owner(edge) and edge.source not in unweighed:
                spoken, touched = spoken - {"case-opened", "case-known"}, []
            if spoken or touched:
                yield Fault("P8", f"{sorted(spoken)} {touched} without proof", edge)
        weak = any(one.startswith(("freeze:", "freeze_untold:", "keep_freeze:")) for one in done)
        if weak and edge.source in unweighed and (PROOF | WEAK_PROOF).isdisjoint(done):
            yield Fault("P8", "a freeze without proof", edge)
        yield from _without_the_right_proof(edge)
        yield from _for_nobody(graph, edge)


def _is_wish_of_owner(edge: Edge) -> bool:
    """Weak proof is enough for a freeze, and for noting that its owner wants to be logged out."""
    return any(act == "open_case" and given[3].startswith("log-out:") for act, given in edge.turn.given)


def _for_nobody(graph: Graph, edge: Edge) -> Iterator[Fault]:
    """Whoever proved nothing has nothing frozen, though the words do not say so."""
    past = (*graph.states[edge.source].past, *edge.turn.steps)
    weighed = [step[3] for step in past if step[:2] == ["did", "freezing.weigh"]]
    if weighed and weighed[-1]["owner"] is None and "customer" not in edge.turn.facts:
        for act, given in edge.turn.given:
            if act == "keep_freeze" or (act == "freeze_untold" and given != (None,)):
                yield Fault("P8", f"{act} of {given} for a caller whose proof was wrong", edge)


def _without_the_right_proof(edge: Edge) -> Iterator[Fault]:
    verdicts = [step for step in edge.turn.steps if step[:2] == ["did", "identity.judge"]]
    if verdicts and verdicts[-1][3] is None and "customer" in edge.turn.facts:
        yield Fault("P8", "a refused caller is taken for a customer", edge)


def p9_yes_before_a_write(graph: Graph) -> Iterator[Fault]:
    """What the caller asks for is written right after a yes, once in a turn and once in a call."""
    leading = {write: _leading_to(graph, write) for write in ASKED_FOR if write not in OFTEN}
    for edge in graph.edges:
        done = [label.partition(":")[0] for label in edge.turn.outcomes]
        for write, questions in ASKED_FOR.items():
            question, answer = graph.states[edge.source].name, edge.turn.steps[0][3]
            if write == "request_callback" and _is_left(edge):
                continue
            if write in done and not (question in questions and answer == "yes") and question not in ASKED_AGAIN:
                yield Fault("P9", f"{write} without a yes to {' or '.join(questions)}", edge)
            refused = "request_callback: too many" in edge.turn.outcomes
            if write in done and not refused and edge.target in leading.get(write, ()):
                yield Fault("P9", f"{write} can be done twice", edge)
        for write in (*ASKED_FOR, "open_case", "judge", "send_code", "draft_callback"):
            if done.count(write) > 1:
                yield Fault("P9", f"{write} is done {done.count(write)} times in one turn", edge)


def _is_left(edge: Edge) -> bool:
    """A caller who gives no answer leaves a callback for the number that rings, and is told so; or that
    there is none.
    """
    told = {line.id for line in edge.turn.lines} & {"callback-left", "callback-not-now"}
    return bool(told) and edge.decision == "gave-up" and "draft_for_caller: allowed" in edge.turn.outcomes


def p9_what_was_said_is_kept_and_deleted_at_a_word(graph: Graph) -> Iterator[Fault]:
    """A note is kept right after it was spoken, and deleted only by whoever said so; one that was left is not kept."""
    for edge in graph.edges:
        done = {label.partition(":")[0] for label in edge.turn.outcomes}
        place, answer = graph.states[edge.source].name, edge.turn.steps[0][3] if edge.turn.steps else None
        spoken = place == "voice-note" and edge.decision == "value" and answer is not None
        if ("keep_note" in done) != spoken:
            yield Fault("P9", f"{edge.label} at {place}, and a note is {'kept' if not spoken else 'lost'}", edge)
        if "drop_note" in done and (place, answer) not in (("voice-note-kept", "again"), ("voice-note-kept", "drop")):
            yield Fault("P9", f"a note is deleted after {answer} at {place}", edge)


def _because(given: tuple[Any, ...], heard: set[str]) -> bool:
    return f"dispute-because-{given[2]}" in heard and "dispute-is" in heard


def _turned(given: tuple[Any, ...], heard: set[str]) -> bool:
    return f"promotion-messages-turn-{'on' if given[1] else 'off'}" in heard


def _asked(given: tuple[Any, ...], heard: set[str]) -> bool:
    return _turned(given, heard) and set(given[2]) <= heard


READ_BACK = {"callback-from", "callback-number-is", "callback-number-in"}
SAME: dict[str, Callable[[tuple[Any, ...], set[str]], bool]] = {
    "file_dispute": _because,
    "keep_dispute": _because,
    "set_push": _turned,
    "keep_consent": _asked,
    "request_callback": lambda given, heard: bool(READ_BACK & heard),
    "freeze": lambda given, heard: "freeze-means" in heard,
    "freeze_untold": lambda given, heard: "freeze-means" in heard,
}
"""Whether what an act is given is what was read back before the yes."""


def p9_the_yes_was_to_the_same(graph: Graph) -> Iterator[Fault]:
    """What is done is what was read back: the same reason, the same direction, the words that were heard."""
    for edge in graph.edges:
        source = graph.states[edge.source]
        for act, given in edge.turn.given:
            if act not in SAME or (act == "request_callback" and _is_left(edge)):
                continue
            if source.name in ASKED_AGAIN:
                same = repr(given) in {repr(then) for name, then in source.came.turn.given if name == act}
                if not same and act in {name for name, _ in source.came.turn.given}:
                    yield Fault("P9", f"{act} is asked for again with something else", edge)
            elif isinstance(source.wait, Wait) and not SAME[act](given, _heard_before(source)):
                yield Fault("P9", f"{act} is given what was not read back", edge)


def _heard_before(asked: State) -> set[str]:
    """What was said before the question when it was asked first; after a failure it is asked alone."""
    while asked.before and asked.before.name == asked.name:
        asked = asked.before
    return {line.id for line in asked.came.turn.lines}


def p21_unavailable_is_no_success(graph: Graph) -> Iterator[Fault]:
    """When the wallet does not answer, nothing is told as if it had, and a person is offered."""
    for edge in graph.edges:
        if any(done.endswith("unavailable") for done in edge.turn.outcomes):
            ids = {line.id for line in edge.turn.lines}
            honest = ids & HONEST and reaches_person(graph, edge)
            if ids & SUCCESS or not (honest or (ids and ids <= ASKED_AGAIN)):
                yield Fault("P21", f"the wallet was not there, and the line says {sorted(ids)}", edge)


def _leading_to(graph: Graph, write: str) -> set[int]:
    """The places from which it may be written. From a callback on the records hold one: no call goes on as if they did
    not.
    """
    before: dict[int, list[int]] = defaultdict(list)
    found, open_ = set[int](), list[int]()
    for edge in graph.edges:
        if write == "request_callback" and UNNOTED in edge.turn.outcomes:
            continue
        before[edge.target].append(edge.source)
        if any(done.startswith(write) for done in edge.turn.outcomes):
            open_.append(edge.source)
    while open_:
        place = open_.pop()
        if place not in found:
            found.add(place)
            open_ += before[place]
    return found
