"""The goals of a good dialogue, each with its target, its figure, and whether it is met.

Those that are `HELD` are properties too: one that is not met is a fault, shown by the step that is furthest from it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.engine.waits import Announcement, Dial, Wait
from tests.exploration import measuring, tasks, words
from tests.exploration.finding import PERSON, Fault
from tests.exploration.goals_elsewhere import GOALS_ELSEWHERE
from tests.exploration.graph import Edge, Graph, State

BOTH = ("zh", "en")
HELD = {
    "G1",
    "G2",
    "G3",
    "G4",
    "G5",
    "G33",
    "G6",
    "G7",
    "G8",
    "G9",
    "G10",
    "G13",
    "G14",
    "G26",
    "G27",
    "G29",
    "G30",
    "G35",
    "G36",
}


@dataclass(frozen=True)
class Goal:
    """One goal: what it is, what was wanted, what was found in Mandarin and in English, and the furthest
    step from it.
    """

    name: str
    target: str
    found: tuple[str, str]
    met: bool
    worst: Edge

    @property
    def number(self) -> str:
        return self.name.partition(" ")[0]


def table(goals: list[Goal]) -> list[str]:
    """Rows: goal, target, Mandarin, English, met; then the goals that are proved elsewhere."""
    rows = [f"| {one.name} | {one.target} | {' | '.join(one.found)} | {_verdict(one)} |" for one in goals]
    return [*rows, *(f"| {goal} | | {where} | | met |" for goal, where in GOALS_ELSEWHERE.items())]


def _verdict(goal: Goal) -> str:
    return ("met, held" if goal.number in HELD else "met") if goal.met else "**not met**"


def broken(goals: list[Goal]) -> list[Fault]:
    """Goals that must hold, and do not."""
    return [
        Fault(one.number, f"{one.name}: {' / '.join(one.found)}, not {one.target}", one.worst)
        for one in goals
        if one.number in HELD and not one.met
    ]


def measured(graph: Graph) -> list[Goal]:
    """All goals that the graph shows."""
    return [*_seconds(graph), *_keys(graph), *_tasks(graph), *_forms(graph)]


def _seconds(graph: Graph) -> Iterator[Goal]:
    menus = measuring.distinct(edge for edge in graph.edges if measuring.asks_first(edge))
    main, others = ([edge for edge in menus if (_name(edge) == "main-menu") is of] for of in (True, False))
    greetings = [edge for edge in graph.entries if edge.turn.inside[:1] == ("answer",)]
    everything = measuring.distinct((*graph.entries, *graph.edges))
    moments, rings = (
        [edge for edge in everything if isinstance(edge.turn.wait, kind)] for kind in (Announcement, Dial)
    )
    yield _spread(
        "G1 greeting until the first key", greetings, lambda edge, lang: words.to_options(edge.turn.lines, lang)[:1], 8
    )
    yield _spread(
        "G2 menu until each key", menus, lambda edge, lang: words.to_options(measuring.question(edge), lang), 20, 8
    )
    yield _spread("G3 whole menu", others, lambda edge, lang: [words.length(measuring.question(edge), lang)], 20)
    yield _spread("G3 main menu", main, lambda edge, lang: [words.length(measuring.question(edge), lang)], 22)
    yield _spread("G4 words that no key can stop", moments, lambda edge, lang: [words.length(edge.turn.lines, lang)], 5)
    yield _spread(
        "G4 the announcement of a transfer, with its reason",
        rings,
        lambda edge, lang: [words.length(edge.turn.lines, lang)],
        None,
    )
    yield _spread(
        "G5 words before a control point",
        [edge for edge in everything if not isinstance(edge.turn.wait, Dial)],
        lambda edge, lang: [words.length(part, lang) for part in measuring.parts(measuring.before(edge))],
        25,
    )
    took = [measuring.silent(graph, lang) for lang in BOTH]
    yield Goal(
        "G33 a silent caller until a person",
        "60 s",
        (f"{took[0]:.0f} s", f"{took[1]:.0f} s"),
        max(took) <= 60,
        greetings[0],
    )


def _keys(graph: Graph) -> Iterator[Goal]:
    person = measuring.fewest(graph, lambda state: state.name in PERSON)
    freeze = measuring.fewest(graph, lambda state: state.name == "freeze-now") + 1
    yield _count(graph, "G7 menus before a task asks or answers", measuring.menus_before_a_task(graph), 3)
    yield _count(graph, "G8 keys to a person, from the greeting", person, 2)
    yield _count(graph, "G9 keys to freeze the account, but for number and tail", freeze, 6)
    tasks: dict[str, tuple[int, Callable[[State], bool]]] = {
        "promotions": (3, measuring.told_at_the_end("promotion-")),
        "why a top-up failed": (7, measuring.told_at_the_end("advice-")),
        "a dispute": (12, measuring.told("dispute-filed")),
    }
    for task, (most, ended) in tasks.items():
        yield _count(graph, f"G10 keys of menus to the end of a task: {task}", measuring.fewest(graph, ended), most)


def _tasks(graph: Graph) -> Iterator[Goal]:
    """What a first-time caller keys and hears from the greeting until the answer."""
    for task in tasks.TASKS:
        costs = [tasks.cost(graph, task, language) for language in BOTH]
        found = [f"{one.inputs} inputs, {one.seconds:.0f} s" if one else "no way" for one in costs]
        met = all(one and one.inputs <= task.inputs and one.seconds <= task.seconds for one in costs)
        worst = costs[0].way[-1] if costs[0] else graph.entries[0]
        target = f"{task.inputs} inputs, {task.seconds:.0f} s"
        yield Goal(f"G36 until {task.name}", target, (found[0], found[1]), met, worst)


def _forms(graph: Graph) -> Iterator[Goal]:
    menus = measuring.distinct(edge for edge in graph.edges if measuring.asks_first(edge))
    everything, first = measuring.distinct((*graph.entries, *graph.edges)), graph.entries[0]
    most = max(len(menu.options) for menu in measuring.menus(graph) if not _lists_records(menu.name))
    yield _count(graph, "G6 options of a menu", most, 5)
    times = measuring.timeouts(graph)
    yield Goal(
        "G13 silence before it counts: menus, entries, more time",
        "5-7, 8-10, 30 s",
        (_times(times),) * 2,
        _fit(times),
        first,
    )
    pauses = tuple(measuring.pauses(menus, lang) for lang in BOTH)
    yield Goal(
        "G14 pause between two options",
        "0.5-0.75 s",
        _texts(pauses),
        all(low >= 0.5 and high <= 0.75 for low, high in pauses),
        first,
    )
    sizes = tuple(measuring.sizes(everything, lang) for lang in BOTH)
    fit = all(say <= 3000 and encoded <= 4500 and whole <= 64000 for say, encoded, whole in sizes)
    yield Goal("G26 longest Say, its URL-encoded form, document", "3000, 4500, 64000 bytes", _texts(sizes), fit, first)
    digits = tuple(measuring.digits(everything, lang) for lang in BOTH)
    yield Goal(
        "G27 digits left in speech (zh any, en more than four)",
        "0",
        (str(digits[0]), str(digits[1])),
        not any(digits),
        first,
    )
    flows = measuring.oriented(graph)
    lacking = ", ".join(flow for flow, is_so in flows.items() if not is_so)
    said = f"{sum(flows.values())} of {len(flows)} long flows" + (f", not {lacking}" if lacking else "")
    yield Goal(
        "G29 where am I, how far, done", "100 % of flows of more than two steps", (said, said), not lacking, first
    )
    yield _always("G30 # says the same again", measuring.repeats(graph), first)
    yield _always("G35 9 changes the language and nothing else", measuring.other_language(graph), first)


def _spread(
    name: str,
    edges: list[Edge],
    measure: Callable[[Edge, str], list[float]],
    most: float | None,
    median: float | None = None,
) -> Goal:
    """Seconds of many steps, in both languages; without `most` there is no target."""
    figures, met, furthest = [], True, (-1.0, edges[0])
    for lang in BOTH:
        all_ = [(one, place) for place, edge in enumerate(edges) for one in measure(edge, lang)] or [(0.0, 0)]
        middle, (longest, place) = statistics.median(one for one, _ in all_), max(all_)
        figures.append(f"median {middle:.1f}, most {longest:.1f} s")
        furthest = max(furthest, (longest, edges[place]), key=lambda pair: pair[0])
        met = met and (most is None or longest <= most) and (median is None or middle <= median)
    target = "none" if most is None else (f"median {median:.0f} s, " if median else "") + f"most {most:.0f} s"
    return Goal(name, target, (figures[0], figures[1]), met, furthest[1])


def _count(graph: Graph, name: str, found: int, most: int) -> Goal:
    return Goal(name, str(most), (str(found), str(found)), found <= most, graph.entries[0])


def _always(name: str, held: list[bool], first: Edge) -> Goal:
    said = f"{100 * sum(held) / len(held):.0f} % of {len(held)}"
    return Goal(name, "100 %", (said, said), all(held), first)


def _name(edge: Edge) -> str:
    return edge.turn.wait.name if isinstance(edge.turn.wait, Wait) else ""


def _lists_records(name: str) -> bool:
    """A list of the caller's own records may be longer, up to seven."""
    return "-pick" in name or name.startswith(("pick-", "search-payee", "dispute-twin"))


def _times(times: list[tuple[int, int]]) -> str:
    return ", ".join(f"{low}-{high}" if low != high else str(low) for low, high in times) + " s"


def _fit(times: list[tuple[int, int]]) -> bool:
    wanted = ((5, 7), (8, 10), (30, 60))
    return all(least <= low and high <= most for (low, high), (least, most) in zip(times, wanted, strict=True))


def _texts(figures: tuple[tuple[float, ...], ...]) -> tuple[str, str]:
    zh, en = (", ".join(f"{one:g}" for one in dict.fromkeys(figure)) for figure in figures)
    return zh, en
