"""The queue as a place: whatever ends the wait, the caller comes to an end, an agent, or a callback."""

from __future__ import annotations

import pytest

from call_flows.agent import rescue
from call_flows.line_switched import to_person
from call_flows.welcome import answer
from ivr.engine.waits import Queue
from tests.exploration import outcomes
from tests.exploration.driving import QUEUE_ENDS, START, Beginning
from tests.exploration.graph import HUNG_UP, explore
from tests.exploration.properties import PROPERTIES
from tests.exploration.report import describe

NEAREST = 250


@pytest.fixture(scope="module")
def graph():
    """Agents of the desk are signed on, or there is nobody; the nearest places of a call, and the ends of one."""
    beginnings = [Beginning(answer, START), Beginning(to_person, {**START, "switched": None}), Beginning(rescue, START)]
    with pytest.MonkeyPatch.context() as patch:
        nobody = outcomes.ok("nobody", {"open": True, "numbers": [], "opens": None})
        patch.setitem(outcomes.OUTCOMES, "agents.duty", [outcomes.DESK_STAFFED, nobody])
        yield explore(beginnings, most=NEAREST)


@pytest.mark.parametrize("name", PROPERTIES)
def test_what_must_hold_holds_with_a_queue(graph, name):
    """Every property of the exploration."""
    assert [describe(graph, fault) for fault in PROPERTIES[name](graph)] == []


def test_each_end_of_the_wait_leads_on(graph):
    """After a talk the call ends, perhaps with one question; a chosen callback asks for the number without another
    offer.
    """
    queues = {state.number for state in graph.states[: graph.opened] if isinstance(state.wait, Queue)}
    after = {(edge.label, _where(graph, edge.target)) for edge in graph.edges if edge.source in queues}
    assert len(queues) > 2 and {label for label, _ in after} == set(QUEUE_ENDS)
    assert {where for label, where in after if label == "answered"} == {"the end", "satisfaction"}
    assert {where for label, where in after if label == "callback"} <= {
        "callback-here",
        "callback-number",
        "callback-in-both",
        "after-callback",
        "the end",
    }
    assert "callback-or-note" in {where for label, where in after if label == "closed"}
    assert "main-menu" in {where for label, where in after if label == "menu"}
    assert {where for label, where in after if label == "failed"} <= {
        "callback-offer",
        "after-callback",
        "callback-in-both",
        "the end",
    }


def _where(graph, target):
    return "the end" if target == HUNG_UP else graph.states[target].name if target >= 0 else "failed"
