"""Digits that are keyed, dialled or configured are 0 to 9: Python's `\\d` and `isdigit` know hundreds more."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from ivr.config.settings import Settings, SettingsError
from ivr.engine.entries import amount, clock, day, digits, document_tail, identifier, phone_number
from tests.gate.test_imports import MODULES, place

IN_ANY_SCRIPT = {
    "ivr/config/logs.py": "masks whatever could be a number",
    "ivr/follow_up/wording.py": "refuses words with amounts, however they are written",
    "ivr/checks/speech_timeline.py": "counts what is spoken",
    "ivr/checks/prompt_lint/forbidden_words.py": "reads our own prompts",
}
WIDE = re.compile(r"\\d|\.is(?:digit|decimal|numeric)\(")
NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
OTHERS = ["１３８", "٤١٥", "१२३", "²³¹"]


def test_no_module_takes_digits_of_other_scripts_for_keys_or_numbers():
    """`[0-9]` and `isascii() and isdigit()`; those that read words in any script say why."""
    found = {place(path) for path in MODULES for line in path.read_text().splitlines() if WIDE.search(_narrow(line))}
    assert found - set(IN_ANY_SCRIPT) == set()
    assert set(IN_ANY_SCRIPT) - found == set(), "these read digits no more"


def _narrow(line: str) -> str:
    """The line without what is right."""
    return re.sub(r"([\w.\[\]]+)\.isascii\(\) and \1\.isdigit\(\)", "", line)


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("parse", [amount, clock, day, identifier, digits(6), digits(9), document_tail, phone_number])
def test_no_entry_takes_digits_of_another_script(parse, others):
    """Of any length that an entry has."""
    assert all(parse((others * 5)[:length], NOW) is None for length in range(1, 16))


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize(
    "setting", ["AGENT_NUMBERS", "FALLBACK_AGENT", "CALLBACK_PREFIXES", "CALLBACK_DIAL_PREFIXES", "SMS_FROM", "PORT"]
)
def test_no_setting_takes_digits_of_another_script(setting, others, tmp_path):
    """A number that no telephone company dials would be a setting in silence."""
    given = {"DATA_DIR": str(tmp_path), setting: others if setting == "PORT" else f"+1{others}{others}{others}"}
    with pytest.raises(SettingsError, match=setting):
        Settings.load(given, dotenv=tmp_path / "no.env")
