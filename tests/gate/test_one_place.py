"""What is written in one place only: TwiML by its renderer, and a caller's words in the catalogues."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ivr.handover.agent_words import agent_words
from ivr.texts.follow_ups import TEXTS

ROOT = Path(__file__).parents[2]
LINE = sorted(
    path for room in ("web", "engine", "wiring", "follow_up") for path in (ROOT / "ivr").glob(f"{room}*/**/*.py")
)
RENDERER = ROOT / "ivr/engine/twiml.py"
VERB = re.compile(r"</?(Response|Say|Play|Gather|Record|Dial|Number|Redirect|Hangup|Pause|Enqueue)\b|&amp;")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDLESS = sorted(
    [
        *(ROOT / "call_flows").glob("*.py"),
        *(
            path
            for path in (ROOT / "ivr").rglob("*.py")
            if path.relative_to(ROOT / "ivr").parts[0]
            not in {"checks", "console", "demo", "lab", "setup", "simulator", "speech"}
        ),
    ]
)
"""Modules whose words for callers and agents stand in catalogues: not those for operators, and not the speech
functions."""
RULES_ABOUT_WORDS = {"wording", "facts"}
"""What a text must not hold, and the days of a wallet's opening hours."""


def literals(path: Path) -> list[str]:
    """The texts in a module's code; docstrings are none."""
    tree = ast.parse(path.read_text("utf-8"))
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [str(node.value) for node in strings if node not in alone]


@pytest.mark.parametrize("path", [path for path in LINE if path != RENDERER], ids=lambda path: path.stem)
def test_only_the_renderer_writes_twiml(path):
    """Escaping is its business alone."""
    assert [text for text in literals(path) if VERB.search(text)] == []


@pytest.mark.parametrize(
    "path", [path for path in WORDLESS if path.stem not in RULES_ABOUT_WORDS], ids=lambda path: path.stem
)
def test_what_is_spoken_or_shown_stands_in_the_catalogues(path):
    """Mandarin outside of them would have no English, and no linter."""
    assert [text for text in literals(path) if CHINESE.search(text)] == []


def test_agents_read_every_word_in_both_languages():
    """The English of a reason is the reason itself."""
    for subject, by_language in agent_words().items():
        assert subject == "reasons" or by_language["zh"].keys() == by_language["en"].keys()


def test_texts_are_in_both_languages_with_the_same_values():
    """A value that one language lacks would be missing for half of the customers."""
    for text in TEXTS.values():
        values = {lang: set(re.findall(r"{(\w+)}", words)) for lang, words in text.items()}
        assert values["zh"] == values["en"]


def test_the_renderer_is_found():
    """Or the tests above would prove nothing."""
    assert any(VERB.search(text) for text in literals(RENDERER)) and len(LINE) > 30
