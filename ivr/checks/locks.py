"""The locked requirements files, and whether they still belong to pyproject.toml; `make lock` writes them.

Each file holds the packages of the one before it, at the same versions: requirements.txt (production),
requirements-lab.txt (and the extras), requirements-dev.txt (and the gate and the tests).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PRODUCTION, LAB, DEV = "requirements.txt", "requirements-lab.txt", "requirements-dev.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;\\]+)( ; (?P<marker>.+?))? *\\?$")


@dataclass(frozen=True)
class Pin:
    """One package of a lock file."""

    name: str
    """In canonical spelling: lower case, hyphens."""
    version: str
    marker: Marker | None
    """The interpreters and systems that it is installed for; None: all of them."""
    direct: bool
    """Whether pyproject.toml asks for it, or only another package."""
    hashes: int

    def installed_here(self) -> bool:
        """Whether this interpreter on this system installs it."""
        return self.marker is None or self.marker.evaluate()


def read(file: str, root: Path = ROOT) -> dict[str, Pin]:
    """The pins of a lock file by canonical name."""
    found: dict[str, Pin] = {}
    for block in re.split(r"^(?=[A-Za-z0-9])", (root / file).read_text("utf-8"), flags=re.MULTILINE):
        head, _, rest = block.partition("\n")
        if pin := _PIN.match(head):
            name, marker = canonicalize_name(pin["name"]), Marker(pin["marker"]) if pin["marker"] else None
            direct = "(pyproject.toml" in rest
            found[name] = Pin(name, pin["version"], marker, direct, rest.count("--hash=sha256:"))
    return found


def asked_for(file: str, root: Path = ROOT) -> dict[str, Requirement]:
    """What pyproject.toml asks for in this file, by canonical name."""
    whole = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    lines = list(whole["project"]["dependencies"])
    if file != PRODUCTION:
        lines += [line for extra in whole["project"]["optional-dependencies"].values() for line in extra]
    if file == DEV:
        lines += whole["dependency-groups"]["dev"]
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def faults(root: Path = ROOT) -> list[str]:
    """Why the lock files are not the ones that `make lock` would write; empty when they may be."""
    locked = {file: read(file, root) for file in (PRODUCTION, LAB, DEV)}
    found = [fault for file, pins in locked.items() for fault in _stale(file, pins, asked_for(file, root))]
    for smaller, larger in ((PRODUCTION, LAB), (LAB, DEV)):
        apart = {
            name
            for name, pin in locked[smaller].items()
            if getattr(locked[larger].get(name), "version", "") != pin.version
        }
        found += [f"{smaller} and {larger} have different versions of {name}" for name in sorted(apart)]
    return found


def _stale(file: str, pins: dict[str, Pin], asked: dict[str, Requirement]) -> Iterator[str]:
    for name, wanted in asked.items():
        pin = pins.get(name)
        if pin is None or not pin.direct:
            yield f"{file} lacks {wanted}, which pyproject.toml asks for"
        elif not wanted.specifier.contains(pin.version):
            yield f"{file} has {name} {pin.version}, and pyproject.toml asks for {wanted}"
        elif _pythons(wanted.marker) - _pythons(pin.marker):
            yield f"{file} installs {name} on other interpreters than pyproject.toml asks for"
    for name, pin in pins.items():
        if pin.direct and name not in asked:
            yield f"{file} has {name}, which pyproject.toml no longer asks for"
        if not pin.hashes:
            yield f"{file} has no hash of {name}"


def _pythons(marker: Marker | None) -> set[str]:
    """The interpreters that a marker allows on this system."""
    return {
        version
        for version in PYTHONS
        if marker is None or marker.evaluate({"python_version": version, "python_full_version": f"{version}.0"})
    }
