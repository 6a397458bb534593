"""The recipe "Adding a call flow" of CONTRIBUTING.md works as it stands: a copy of the project follows it, and passes
the gate.

Whoever follows it in their own copy has the example in the tree from then on. Following it once more changes nothing
there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ELSEWHERE = shutil.ignore_patterns(
    ".git", ".venv", "var", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache"
)
LONGEST = 600
SHORTER = {
    "tests.exploration": ["--most", "1200"],
    "pytest": ["-p", "no:cacheprovider", "-k", "not postgres and not is_found and not test_installs"],
}
"""Further arguments of a command. The map is drawn as far as the example's flow. Of the gate, the tests that plant
faults to try the rules themselves and those of what is installed are left out: a flow changes neither, and the suite
runs them on this tree."""


def recipe() -> str:
    """The section of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return text[text.index("## Adding a call flow") : text.index("## Good and bad")]


def pieces() -> Iterator[tuple[str, str, str]]:
    """(path, kind, text): a fence belongs to the last path that stood alone on a line; one without a kind is typed."""
    path = ""
    for found in re.finditer(r"^`([^`\n]+)`$|^```(\w*)\n(.*?)^```$", recipe(), re.MULTILINE | re.DOTALL):
        path = found[1] or path
        if found[3]:
            yield path, found[2] or "typed", found[3]


def changed(text: str, diff: str) -> str:
    """Context and minus lines are there once; context and plus lines take their place. What was changed so before
    stays.
    """
    lines = [(line[:1], line[1:]) for line in diff.splitlines()]
    old = "".join(line + "\n" for sign, line in lines if sign in " -")
    new = "".join(line + "\n" for sign, line in lines if sign in " +")
    if new in text:
        return text
    assert text.count(old) == 1, f"CONTRIBUTING.md changes lines that are not there: {old}"
    return text.replace(old, new)


def follow(copy: Path) -> None:
    """Do what the recipe says, but for what it has you type."""
    for path, kind, text in pieces():
        file = copy / path
        if kind == "diff":
            file.write_text(changed(file.read_text("utf-8"), text), "utf-8")
        elif kind != "typed":
            other = file.exists() and file.read_text("utf-8") != text
            assert not other, f"{path} is there already and is another; the recipe needs another example"
            file.write_text(text, "utf-8")


def typed() -> list[str]:
    """The commands that the recipe has you type."""
    return [line for _path, kind, text in pieces() if kind == "typed" for line in text.splitlines()]


def gate() -> list[str]:
    """What `make check` runs."""
    target = (ROOT / "Makefile").read_text("utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    return re.findall(r"&& \$\(BIN\)/(.+)$", target, re.MULTILINE)


def contents(folder: Path) -> dict[str, str]:
    """Every file that the recipe makes or changes."""
    return {path: (folder / path).read_text("utf-8") for path, kind, _text in pieces() if kind != "typed"}


def run(command: str, copy: Path) -> str:
    """What it says; it has to succeed."""
    program, *arguments = command.removeprefix(".venv/bin/").split()
    shorter = next((more for module, more in SHORTER.items() if module in arguments), [])
    here = os.environ | {"PYTHONPATH": str(copy), "NO_COLOR": "1"}
    done = subprocess.run(
        [str(BIN / program), *arguments, *shorter], cwd=copy, env=here, capture_output=True, text=True, timeout=LONGEST
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as it stands here."""
    return Path(shutil.copytree(ROOT, tmp_path / "project", ignore=ELSEWHERE))


def test_a_newcomer_who_follows_the_recipe_passes_the_gate_and_has_a_flow_that_works(copy):
    """Format, lint, types and every house rule, the map among them; and the example's own tests."""
    follow(copy)
    assert len(typed()) == 3 and len(gate()) == 4
    for command in (*typed(), *gate()):
        run(command, copy)
    assert '"after-registered"' in (copy / "docs/map/map.json").read_text("utf-8")
    assert "2 passed" in run("python -m pytest tests/call_flows/test_registered.py", copy)


def test_following_the_recipe_twice_changes_nothing(copy):
    """Whoever has followed it does not find their own tests red."""
    follow(copy)
    once = contents(copy)
    follow(copy)
    assert contents(copy) == once


def test_an_example_that_somebody_else_has_built_otherwise_is_not_written_over(copy):
    """The page then needs another one, and says so."""
    path = next(path for path, kind, _text in pieces() if kind == "python")
    (copy / path).write_text("# their own\n", "utf-8")
    with pytest.raises(AssertionError, match="needs another example"):
        follow(copy)
    assert (copy / path).read_text("utf-8") == "# their own\n"
