"""The recipe "Adding a call flow" of CONTRIBUTING.md works as it stands: a copy of the project follows it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ivr.checks.golden_rules import faults

ROOT = Path(__file__).parents[2]
PARTS = ("app.py", "pyproject.toml", "ivr", "call_flows", "audio", "tests")


def recipe() -> str:
    """The section of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    return text[text.index("## Adding a call flow") : text.index("## Good and bad")]


def pieces() -> Iterator[tuple[str, str, str]]:
    """(path, kind, text): a fence belongs to the last path that stood alone on a line."""
    path = ""
    for found in re.finditer(r"^`([^`\n]+)`$|^```(\w+)\n(.*?)^```$", recipe(), re.MULTILINE | re.DOTALL):
        path = found[1] or path
        if found[2]:
            yield path, found[2], found[3]


def changed(text: str, diff: str) -> str:
    """Context and minus lines are there once; context and plus lines take their place."""
    lines = [(line[:1], line[1:]) for line in diff.splitlines()]
    old = "".join(line + "\n" for sign, line in lines if sign in " -")
    new = "".join(line + "\n" for sign, line in lines if sign in " +")
    assert text.count(old) == 1, f"CONTRIBUTING.md changes lines that are not there: {old}"
    return text.replace(old, new)


def follow(copy: Path) -> None:
    """Do what the recipe says in a copy of the project."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / part).exists():
            shutil.copy(ROOT / part, copy / part)
    for path, kind, text in pieces():
        file = copy / path
        if kind == "diff":
            text = changed(file.read_text("utf-8"), text)
        else:
            assert not file.exists(), f"{path} is there already; the recipe needs another example"
        file.write_text(text, "utf-8")


def test_a_newcomer_who_follows_the_recipe_has_a_flow_that_works(tmp_path):
    """The example's own dialogue test passes in both languages, and its flow keeps the golden rules."""
    follow(tmp_path)
    assert faults((tmp_path / "call_flows" / "balance.py").read_text("utf-8")) == []
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/call_flows/test_balance.py",
        "-k",
        "sqlite",
        "-p",
        "no:cacheprovider",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert "2 passed" in run.stdout
