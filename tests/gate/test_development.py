"""The files for GitHub, pre-commit and the dev container can be read, and call what exists."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOCKERFILE = (ROOT / ".devcontainer" / "Dockerfile").read_text("utf-8")
BIN = Path(sys.executable).parent
PLACE = re.compile(r"(?:\.ci|\.venv/bin|tests|ivr|docs)/[\w./-]+")


def jobs(path: Path) -> dict[str, Any]:
    """The jobs of a workflow, by name."""
    return yaml.safe_load(path.read_text("utf-8"))["jobs"]


def commands() -> list[str]:
    """Every line of shell that these files run."""
    steps = [step for path in WORKFLOWS for job in jobs(path).values() for step in job["steps"]]
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    return [
        *(step["run"] for step in steps if "run" in step),
        *(hook["entry"] for repo in HOOKS for hook in repo["hooks"]),
        container["postCreateCommand"],
    ]


def installed(shell: str) -> set[str]:
    """Debian packages that a text installs."""
    lines = re.findall(r"apt-get install([^>&|;}\n]*)", shell.replace("\\\n", " "))
    return {name for names in lines for name in names.split() if not name.startswith("-")}


@pytest.mark.parametrize("command", commands())
def test_a_command_calls_files_and_targets_that_exist(command):
    """Files of ours, programs of .venv, targets of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", command)) <= targets
    places = [BIN / Path(place).name if ".venv" in place else ROOT / place for place in PLACE.findall(command)]
    assert [place for place in places if not place.exists()] == []


def test_the_workflow_runs_the_gate():
    """`.ci/run`, and nothing in its place."""
    steps = [step.get("run", "") for path in WORKFLOWS for job in jobs(path).values() for step in job["steps"]]
    assert "bash .ci/run" in steps


def test_pre_commit_fetches_nothing():
    """Its hooks run what .venv holds."""
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    assert {hook["language"] for repo in HOOKS for hook in repo["hooks"]} == {"system"}


def test_the_dev_container_has_what_the_workflow_and_the_makefile_install():
    """On a Debian on which the gate runs."""
    [job] = jobs(WORKFLOWS[0]).values()
    images = [job["container"].replace("${{ matrix.debian }}", name) for name in job["strategy"]["matrix"]["debian"]]
    assert any(f"FROM {image}\n" in DOCKERFILE for image in images)
    wanted = installed("\n".join(step.get("run", "") for step in job["steps"]))
    wanted |= installed(MAKEFILE)
    assert {"make", "espeak-ng", "chromium-headless-shell"} <= wanted <= installed(DOCKERFILE)


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*")), ids=lambda path: path.name)
def test_an_issue_template_begins_with_what_github_asks_for(path):
    """A name and a sentence; the settings of the chooser are YAML."""
    text = path.read_text("utf-8")
    head = yaml.safe_load(text.split("---\n")[1] if path.suffix == ".md" else text)
    assert {"name", "about"} <= set(head) or path.name == "config.yml"
