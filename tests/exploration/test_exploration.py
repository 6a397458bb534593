"""The explorer itself: it prunes soundly, refuses nothing real, and finds planted faults."""

from __future__ import annotations

import ast
import contextlib
import random
import shlex

import pytest

from call_flows.information import information
from call_flows.top_up import top_up
from ivr.engine import Call, Menu
from ivr.speech.catalogue import CatalogueError
from ivr.speech.catalogue import words as catalogue
from tests.exploration import artefact, safety, telling
from tests.exploration.artefact import ROOT
from tests.exploration.calls import command
from tests.exploration.driving import START, Beginning, inputs, play
from tests.exploration.goals_elsewhere import GOALS_ELSEWHERE, PROPERTIES_ELSEWHERE
from tests.exploration.graph import explore
from tests.exploration.killing import FEW, MUTANTS, found_by, near
from tests.exploration.mutants import planted
from tests.exploration.outcomes import OUTCOMES
from tests.exploration.properties import PROPERTIES, faults
from tests.exploration.report import beginnings

SAMPLE = {
    "P1": "a missing argument",
    "P3": "0 is not a person",
    "P4": "giving up is a repeat",
    "P6": "an unknown reference is asked for without end",
    "P7": "a repeat counts as a failure",
    "P8": "limits without identity",
    "P9": "the callback's yes and no are swapped",
    "P13": "a line in the wrong language",
    "P14": "the wrong person is not told",
    "P16": "the key of an option is one too low",
    "P17": "whether a guessed reference is right is told before the proof",
    "P18": "the limit of tries at a freeze is no limit",
    "P19": "agents are rung when closed",
    "P20": "the call ends when an agent is busy",
    "P21": "an unavailable wallet is told as nothing received",
    "P22": "an offer outside its branch",
    "P24": "keys typed ahead reach a personal entry",
    "P25": "a key means the option that stands there now",
    "G12": "the same words at each wrong key",
    "the line does not start": "a digit stands in Mandarin words",
}
"""For each property a planted fault that breaks it, near the beginning of the call. P26 and P28 are apart."""
PLANTED = {mutant.what: mutant for mutant in MUTANTS}
CHARGED = "P26 who says charged is not left without a case"
MOST = 900
A, B = Menu("main-menu", ("security", "top-up")), Menu("security", ("freeze", "tips"))


@pytest.fixture(scope="module")
def graph():
    """The nearest places of the real flows."""
    return explore(beginnings(), most=MOST, quick=True)


async def counted(call: Call) -> None:
    """A loop whose place is a local, as the golden rules want it: A, A, then B."""
    for place in range(3):
        await call.menu((A, A, B)[place])


async def two_sums(call: Call) -> None:
    """What was answered first stands in a local, and decides the end."""
    first = await call.menu(A)
    second = await call.menu(A)
    await call.menu(B if (first, second) == ("security", "top-up") else A)


@pytest.mark.parametrize("story", [counted, two_sums])
def test_a_loop_and_a_sum_do_not_lie(story):
    """The place in a loop, and what was answered before, are part of the position."""
    found = explore([Beginning(story, START)])
    assert any(state.name == "security" for state in found.states)


@pytest.mark.parametrize("story", [counted, two_sums, information])
def test_the_ways_that_lead_on_give_the_whole_map(story):
    """What a caller hears after a failure or on the way back stands on the map already."""
    begins = [Beginning(story, START)]
    whole, onward = explore(begins), explore(begins, onward=True)
    assert len(onward.edges) < len(whole.edges)
    assert artefact.call_map(onward) == artefact.call_map(whole)


def test_an_effect_of_which_nobody_says_what_it_answers_is_named(monkeypatch):
    """With the file where that is said."""
    monkeypatch.delitem(OUTCOMES, "facts.is_official")
    failed = {edge.turn.failure for edge in explore([Beginning(information, START)], onward=True).edges}
    assert (
        "LookupError: facts.is_official has no outcomes; say in tests/exploration/outcomes.py what it may answer"
        in failed
    )


def test_equal_positions_have_equal_futures(graph):
    """Seeded: another way to a known place goes on as the first way did: by chance, and by `* *`, `0` and silence."""
    chance = random.Random(20261123)
    merged = [edge for edge in graph.edges if edge.target >= 0]
    for edge in chance.sample(merged, 120):
        source, target = graph.states[edge.source], graph.states[edge.target]
        ways = (source.begin, source.past + edge.turn.steps), (target.begin, target.past)
        for wanted in (["*", "*"], ["0", "0#"], ["silence"] * 3, [""] * 4):
            go_on_alike(ways, wanted, chance)


def go_on_alike(ways, wanted, chance):
    """Both ways take the same keys; where the wanted one is no key, another by chance."""
    for want in wanted:
        now = play(*ways[0], None)
        if now.wait is None:
            return
        keys = dict(inputs(now.wait))
        label = want if want in keys else chance.choice(list(keys))
        turns = [play(begin, past, keys[label]) for begin, past in ways]
        assert len({(turn.key, turn.outcomes, turn.failure) for turn in turns}) == 1, label
        ways = [(begin, past + turn.steps) for (begin, past), turn in zip(ways, turns, strict=True)]


@pytest.mark.parametrize("broken, what", SAMPLE.items(), ids=SAMPLE)
def test_a_planted_fault_is_found(graph, broken, what):
    """By the property that it breaks; `python -m tests.exploration --mutants` plants all faults."""
    assert found_by(PLANTED[what], nearest(graph, PLANTED[what].module)).startswith(f"{broken}:")


def test_where_nothing_is_planted_nothing_is_found(graph):
    """By the same properties around the same modules; else the faults above might be found without being there."""
    for broken, what in SAMPLE.items():
        (begins,) = nearest(graph, PLANTED[what].module)
        there = explore(begins, quick=True, most=len(begins) + FEW)
        for name, holds in PROPERTIES.items():
            assert not name.startswith(broken) or list(holds(there)) == [], (what, name)


def nearest(graph, module):
    """Where to begin; no further than a few places are opened from there."""
    return near(graph, module)[:1]


def test_whoever_says_charged_gets_no_case_after_a_planted_fault():
    """Money is spoken of deep in a call: the flow is explored by itself, and only this property is asked."""
    found = []
    for planting in (
        contextlib.nullcontext(),
        planted(PLANTED["a top-up that was charged and is not seen has no case"]),
    ):
        with planting:
            found.append(bool(list(PROPERTIES[CHARGED](explore([Beginning(top_up, START)], onward=True)))))
    assert found == [False, True]


def test_other_words_for_the_number_that_rings_are_found(graph):
    """Only this property is asked: another one comes first in a short look around the module."""
    holds = PROPERTIES["P28 the number that rings proves nothing"]
    with planted(PLANTED["the number that rings is answered in other words"]):
        assert list(holds(explore(beginnings(), most=MOST, quick=True)))
    assert list(holds(graph)) == []


def test_every_planted_fault_still_has_its_place():
    """A mutant whose text is gone plants nothing; wrong words are refused when the catalogues are read."""
    for mutant in MUTANTS:
        with contextlib.suppress(CatalogueError), planted(mutant):
            pass


@pytest.mark.parametrize("where", sorted({*PROPERTIES_ELSEWHERE.values(), *GOALS_ELSEWHERE.values()}))
def test_what_is_proved_elsewhere_is_proved_there(where):
    """The test that is named exists, and so does the property."""
    path, is_test, name = where.partition("::")
    if is_test:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    elif where.startswith("propert"):
        assert any(where.partition(" ")[2] in named for named in PROPERTIES)


def test_every_message_that_a_property_names_exists():
    """A renamed message would pass unseen."""
    known = catalogue().ids()
    named = safety.DATA | safety.SUCCESS | safety.HONEST | safety.ASKED_AGAIN
    for table in (telling.TOLD, telling.HEARD, telling.UNHEARD):
        named |= {message for messages in table.values() for message in messages}
    assert {one for one in named if one not in known} == set()


def test_every_outcome_that_a_property_names_exists():
    """As above, for the answers of the outside."""
    known = {f"{name.rpartition('.')[2]}: {label}" for name, found in OUTCOMES.items() for label, *_ in found}
    assert {one for key in telling.TOLD for one in key.split(", ")} - known == {"find_top_ups: wallet-limit"}


def test_the_nearest_places_have_no_fault(graph):
    """Without this, a planted fault might be found where none was planted."""
    assert faults(graph) == []


def test_a_fault_is_printed_as_keys_for_the_terminal_phone(graph):
    """Every key in order, silence as an empty line; what a shell makes of it is what is typed."""
    number = next(
        edge for edge in graph.edges if edge.label == "silence" and graph.states[edge.source].name == "identify-number"
    )
    line = command(graph, number)
    assert line.endswith(" | make phone")
    assert shlex.split(line.removesuffix(" | make phone")) == ["printf", "%s\\n", "1", "1", ""]
