"""What is written in one place only: TwiML by its renderer, and a caller's words in the catalogues."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINE = sorted(
    path for room in ("web", "engine", "wiring", "follow_up") for path in (ROOT / "ivr").glob(f"{room}*/**/*.py")
)
RENDERER = ROOT / "ivr/engine/twiml.py"
VERB = re.compile(r"</?(Response|Say|Play|Gather|Record|Dial|Number|Redirect|Hangup|Pause|Enqueue)\b|&amp;")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


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


@pytest.mark.parametrize("path", [path for path in LINE if "follow_up" not in path.parts], ids=lambda path: path.stem)
def test_what_is_spoken_stands_in_the_catalogues(path):
    """Mandarin outside of them would have no English, and no linter."""
    assert [text for text in literals(path) if CHINESE.search(text)] == []


def test_the_renderer_is_found():
    """Or the tests above would prove nothing."""
    assert any(VERB.search(text) for text in literals(RENDERER)) and len(LINE) > 30
