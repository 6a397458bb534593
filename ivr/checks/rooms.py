"""`python -m ivr.checks.rooms`: hold the imports between rooms to the layers of docs/rooms.toml, and draw them.

With `--write` it writes docs/rooms.md and docs/images/rooms.svg. It prints each import that points up or sideways, each
circle and each line of docs/rooms.toml that is no longer needed, and ends with 1 if there is any.

Lines are rounded on the page, so that it does not change with every commit.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ivr.checks.modules import Module, circles, read_modules, shortest_circle, without_detours
from ivr.checks.rooms_drawing import draw

ROOT = Path(__file__).parents[2]
SOURCE, PAGE, PICTURE = "docs/rooms.toml", "docs/rooms.md", "docs/images/rooms.svg"
COMMAND = ".venv/bin/python -m ivr.checks.rooms --write"
ROUNDED_TO = 50
ARROW = " -> "
HEAD = f"""# Rooms

A room is a package of the project. It imports from lower layers only, so every arrow points down; an arrow that a
longer way implies is left out of the picture. `tests/gate/test_imports.py` fails on an import that points up or
sideways, and on modules of a room that import each other in a circle.

![The rooms in layers, with an arrow from each room to the rooms that it imports](images/rooms.svg)

Made from `docs/rooms.toml`, the imports and the first sentence of each room's `__init__.py`; do not edit it, run
`{COMMAND}`. Lines are those of Python files, rounded to {ROUNDED_TO}.
"""


@dataclass(frozen=True)
class Layer:
    """Rooms that do not import each other; the list of layers begins at the top."""

    name: str
    rooms: tuple[str, ...]


@dataclass(frozen=True)
class House:
    """The modules as they are, and the layers and exceptions as they are declared."""

    modules: dict[str, Module]
    layers: tuple[Layer, ...]
    exceptions: frozenset[str]
    excepted_circles: tuple[frozenset[str], ...]

    @classmethod
    def read(cls, root: Path = ROOT) -> House:
        """From docs/rooms.toml and the source files under a root."""
        declared = tomllib.loads((root / SOURCE).read_text("utf-8"))
        layers = tuple(Layer(one["name"], tuple(one["rooms"])) for one in declared["layers"])
        listed = tuple(frozenset(one) for one in declared.get("circles", ()))
        return cls(read_modules(root), layers, frozenset(declared.get("exceptions", ())), listed)

    @cached_property
    def depth(self) -> dict[str, int]:
        """Room → number of its layer; 0 is the top."""
        return {room: number for number, layer in enumerate(self.layers) for room in layer.rooms}

    @cached_property
    def rooms(self) -> dict[str, list[Module]]:
        """Room → its modules, in the order of the layers; rooms without a layer come last."""
        found: dict[str, list[Module]] = {}
        for module in sorted(self.modules.values(), key=lambda one: (self.depth.get(one.room, 99), one.room, one.name)):
            found.setdefault(module.room, []).append(module)
        return found

    @cached_property
    def arrows(self) -> list[tuple[Module, Module]]:
        """Every import from one room to another."""
        pairs = [(one, self.modules[name]) for one in self.modules.values() for name in sorted(one.imports)]
        return [(one, other) for one, other in pairs if one.room != other.room]

    @cached_property
    def against_the_layers(self) -> dict[str, tuple[Module, Module]]:
        """The imports that point up or sideways, as docs/rooms.toml spells them."""
        depth = self.depth
        return {
            f"{one.name}{ARROW}{other.name}": (one, other)
            for one, other in self.arrows
            if one.room in depth and other.room in depth and depth[other.room] <= depth[one.room]
        }

    def imported_by(self, room: str) -> list[str]:
        """The rooms that a room imports, exceptions too."""
        found = {other.room for one, other in self.arrows if one.room == room}
        return [other for other in self.rooms if other in found]

    @cached_property
    def circles_of_rooms(self) -> list[list[str]]:
        """Groups of rooms that import each other, directly or through others."""
        return circles({room: set(self.imported_by(room)) for room in self.rooms})

    @cached_property
    def circles_within_rooms(self) -> list[list[str]]:
        """Groups of modules of one room that import each other."""
        graph = {
            name: {other for other in one.imports if self.modules[other].room == one.room}
            for name, one in self.modules.items()
        }
        return circles(graph)


def faults(house: House) -> list[str]:
    """Everything that the gate refuses, a line each."""
    return [*_faults_of_rooms(house), *_faults_of_arrows(house), *_faults_of_circles(house)]


def _faults_of_rooms(house: House) -> Iterator[str]:
    for room, modules in house.rooms.items():
        if room not in house.depth:
            yield f"{room} has no layer: add it to {SOURCE}"
        if not _sentence(room, modules):
            yield f"{room} has no docstring that says what the room holds: write one in {_where(room)}"
    yield from (
        f"{room} is not there any more: take it out of {SOURCE}" for room in house.depth if room not in house.rooms
    )


def _faults_of_arrows(house: House) -> Iterator[str]:
    for spelt, (one, other) in house.against_the_layers.items():
        if spelt not in house.exceptions:
            sideways = house.depth[one.room] == house.depth[other.room]
            yield f"{spelt}: {other.room} lies {'beside' if sideways else 'above'} {one.room}"
    for spelt in sorted(house.exceptions - set(house.against_the_layers)):
        yield f"the exception {spelt!r} is no longer needed: take it out of {SOURCE}"


def _faults_of_circles(house: House) -> Iterator[str]:
    found = [frozenset(group) for group in house.circles_within_rooms]
    for group in found:
        if not any(group <= listed for listed in house.excepted_circles):
            graph = {name: module.imports for name, module in house.modules.items()}
            yield f"circle: {ARROW.join(shortest_circle(sorted(group), graph))} (in all {len(group)}: {sorted(group)})"
    for listed in house.excepted_circles:
        left = sorted(listed - frozenset().union(*(group for group in found if group <= listed)))
        if left:
            yield f"modules that are no longer in a circle: take them out of {SOURCE}: {', '.join(left)}"


def page(house: House) -> str:
    """docs/rooms.md."""
    parts = [HEAD]
    for layer in house.layers:
        parts.append(
            f"\n## {layer.name.capitalize()}\n\n| room | what it holds | lines | imports |\n|---|---|---:|---|\n"
        )
        parts += [_row(room, house) for room in layer.rooms if room in house.rooms]
    if house.against_the_layers:
        parts.append("\n## Imports that still point up or sideways\n\n")
        parts += [f"- `{spelt}`\n" for spelt in sorted(house.against_the_layers)]
    if house.circles_within_rooms:
        parts.append("\n## Circles within a room\n\n")
        parts += [f"- {', '.join(f'`{name}`' for name in group)}\n" for group in house.circles_within_rooms]
    return "".join(parts)


def _row(room: str, house: House) -> str:
    modules = house.rooms[room]
    imports = ", ".join(_short(other) for other in house.imported_by(room))
    lines = sum(module.lines for module in modules)
    return (
        f"| [{_short(room)}](../{_where(room).removesuffix('/__init__.py')}) | {_sentence(room, modules)} "
        f"| {_rounded(lines)} | {imports} |\n"
    )


def _sentence(room: str, modules: list[Module]) -> str:
    return next((module.sentence for module in modules if module.name == room), "")


def _where(room: str) -> str:
    path = room.replace(".", "/")
    return f"{path}.py" if (ROOT / f"{path}.py").exists() else f"{path}/__init__.py"


def _short(room: str) -> str:
    return room.removeprefix("ivr.")


def _rounded(lines: int) -> str:
    return f"{max(round(lines / ROUNDED_TO), 1) * ROUNDED_TO:,}"


def picture(house: House) -> str:
    """docs/images/rooms.svg; exceptions are drawn as such."""
    depth = house.depth
    wrong = {(one.room, other.room) for one, other in house.against_the_layers.values()}
    right = {
        room: {other for other in house.imported_by(room) if depth[other] > depth[room]}
        for room in house.rooms
        if room in depth
    }
    edges = [(room, other) for room, after in without_detours(right).items() for other in sorted(after)]
    lines = {room: _rounded(sum(module.lines for module in modules)) for room, modules in house.rooms.items()}
    boxes = {room: (_short(room), lines[room]) for room in right}
    return draw(boxes, depth, [layer.name for layer in house.layers], edges, sorted(wrong))


def main() -> int:
    """Print what is wrong; with --write, keep the page and the picture first."""
    house = House.read()
    if "--write" in sys.argv[1:]:
        (ROOT / PAGE).write_text(page(house), "utf-8")
        (ROOT / PICTURE).write_text(picture(house), "utf-8")
    found = faults(house)
    for fault in found:
        print(fault, file=sys.stderr)
    for group in house.circles_of_rooms:
        graph = {room: set(house.imported_by(room)) for room in house.rooms}
        print(
            f"rooms in a circle: {ARROW.join(shortest_circle(group, graph))} (in all {len(group)}: {', '.join(group)})"
        )
    print(
        f"{len(house.rooms)} rooms in {len(house.layers)} layers, "
        f"{sum(one.lines for one in house.modules.values())} lines; "
        f"{len(house.against_the_layers)} imports point up or sideways, {len(house.circles_within_rooms)} circles "
        "within a room, "
        f"{len(house.circles_of_rooms)} between rooms; {len(found)} faults"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
