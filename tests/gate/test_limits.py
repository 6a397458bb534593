"""The page of limits is that of today's code, and every number on it says what it is for."""

from __future__ import annotations

from datetime import date

import pytest

from call_flows.voice_note import LONGEST_NOTE
from ivr.checks.limits import COMMAND, LEFT_OUT, PAGE, ROOT, Limit, limits_of, page, unexplained
from ivr.checks.modules import Module, read_modules
from ivr.desk.search_page import TAIL_SEARCHED
from ivr.desk.words import words as desk_words
from ivr.speech import en, zh
from ivr.speech.catalogue import words
from ivr.wallet.references import REFERENCE_DIGITS


def test_the_page_is_fresh():
    """On a difference run the command that the page names."""
    assert (ROOT / PAGE).read_text("utf-8") == page(read_modules(ROOT)), f"stale: run {COMMAND}"


def test_every_number_says_what_it_is_for():
    """In a string below it, or in a comment beside it."""
    assert unexplained(read_modules(ROOT)) == []


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("TRIES = 3", "3"),
        ("TRIES: int = 3", "3"),
        ("UNKNOWN = -1", "-1"),
        ("SHARE = 0.5", "0.5"),
        ("LARGEST = 64 * 1024", "64 * 1024"),
        ("CLOSE = timedelta(minutes=60)", "60 minutes"),
        ("KEPT = timedelta(days=1, hours=2)", "1 day 2 hours"),
        ("NONE = timedelta(0)", "0"),
        ("PAUSES = (timedelta(minutes=1), timedelta(hours=1))", "(1 minute, 1 hour)"),
        ("CAP = (3, HOUR)", "(3, HOUR)"),
        ("AGAIN = RetryPolicy(timedelta(seconds=2), VALID)", "pauses and window (2 seconds, VALID)"),
    ],
)
def test_a_constant_that_is_made_of_numbers_is_listed(source, value):
    """As a person reads it."""
    assert [one.value for one in limits_of(source)] == [value]


@pytest.mark.parametrize(
    "source",
    [
        "NAME = 'a'",
        "IS_ON = True",
        "NAMES = ('a', 'b')",
        "KINDS = (FIRST, SECOND)",
        "count = 3",
        "HOUR = timedelta(hours=1)",
        "def flow():\n    TRIES = 3",
        "SLOTS = Semaphore(2)",
        "TWICE = 2 * TRIES",
        "LATER: int",
    ],
)
def test_anything_else_is_not(source):
    """A text, a truth, names alone, a unit, what is inside a function, and what another constant decides."""
    assert limits_of(source) == []


def test_a_number_is_explained_by_the_string_below_or_the_comment_beside():
    """The string comes first; it may have several lines, and stands for all names of its assignment."""
    source = (
        'A, B = 1, "text"\n"""Of\nboth."""\nC = 2  # beside\nD, E = 3, 4  # no\n"""Yes."""\nF = 5\n# above\nG = 6\n'
    )
    texts = {one.name: one.text for one in limits_of(source)}
    assert texts == {"A": "Of both.", "C": "beside", "D": "Yes.", "E": "Yes.", "F": "", "G": ""}


@pytest.mark.parametrize(
    ("message", "number", "english", "chinese"),
    [
        ("case-reference", REFERENCE_DIGITS, "{} digits", "{}位"),
        ("voice-note", LONGEST_NOTE // 60, "{} minute", "{}分钟"),
        ("search-all-note", TAIL_SEARCHED.days, "{} days", "{}天"),
    ],
)
def test_words_that_say_a_number_say_that_of_the_constant(message, number, english, chinese):
    """The sentence stands in a catalogue, so whoever changes the constant would forget it."""
    assert english.format(en.cardinal(number)) in said("en", message)
    assert chinese.format(zh.cardinal(number)) in said("zh", message)


def said(language: str, message: str) -> str:
    """On the desk or to a caller."""
    return desk_words()[language].get(message) or words().render(language, message, {}, today=date.min)


def modules(root, **files: str) -> dict[str, Module]:
    """A small project with these modules, by room."""
    for name, source in files.items():
        folder = root / "ivr" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(source, "utf-8")
    return read_modules(root)


def test_a_number_without_a_text_is_a_fault_in_the_rooms_that_are_listed(tmp_path):
    """It is named with its module, so that one finds it."""
    found = modules(tmp_path, queue='A = 1\n"""Why."""\nB = 2\n', simulator="C = 3\n")
    assert "ivr.simulator" in LEFT_OUT and unexplained(found) == ["ivr.queue.B"]


def test_a_module_without_numbers_does_not_change_the_page(monkeypatch, tmp_path):
    """A new flow has none: whoever adds one need not write the page anew."""
    monkeypatch.setattr("ivr.checks.limits.ROOT", tmp_path)
    before = page(modules(tmp_path, queue="A = 1  # a limit\n"))
    assert "| `A` | 1 | a limit | [ivr/queue/__init__.py](../ivr/queue/__init__.py) |" in before
    assert page(modules(tmp_path, talks='NAME = "a"\n')) == before


def test_a_limit_is_a_value():
    """Two of the same name in two modules are two rows."""
    assert Limit("A", "1", "why") == limits_of("A = 1  # why")[0]
