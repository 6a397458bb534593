"""The call that the lab's pages tell is the call that the line makes: each of their lines is heard, in that order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.call_flows.line import BORROWED, HAIYUN

ROOT = Path(__file__).parents[2]
PAGES = {"en": "docs/lab.md", "zh": "docs/lab.zh.md"}
HEADING = re.compile(r"^## (?:A call|听一通电话)$", re.MULTILINE)
CODE = re.compile(r"\d{6}")


def told(page: str) -> list[tuple[list[str], str | None]]:
    """What a page says is heard, up to `…` in each line, and the keys that follow."""
    section = HEADING.split((ROOT / page).read_text("utf-8"))[1]
    example = section.partition("```\n")[2].partition("```")[0]
    steps: list[tuple[list[str], str | None]] = [([], None)]
    for line in example.splitlines():
        if line.strip().startswith(">"):
            steps[-1] = (steps[-1][0], line.strip("> "))
            steps.append(([], None))
        else:
            steps[-1][0].append(line.partition("…")[0].strip())
    return steps


def test_the_call_of_the_page_is_heard_as_it_stands_there(caller):
    """Of lists of options the beginning; the code by text is another one each time."""
    steps = told(PAGES[caller.lang])
    assert len(steps) >= 10
    caller.dials(HAIYUN, BORROWED)
    for lines, keys in steps:
        caller.hears(*lines)
        heard = [caller.heard.replace(" ", "").find(line.replace(" ", "")) for line in lines]
        assert heard == sorted(heard), (lines, caller.heard)
        if keys:
            caller.enters(caller.code() if CODE.fullmatch(keys) and caller.line.texts() else keys)


@pytest.mark.parametrize("page", PAGES.values())
def test_the_call_of_the_page_ends_with_an_answer(page):
    """It is told to the question whether it helped."""
    (lines, keys) = told(page)[-1]
    assert keys is None and re.search("问题解决了吗|solve your problem", lines[-1])
