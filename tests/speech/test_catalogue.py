"""Catalogues are read strictly: what Fluent would pass over in silence is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ivr.speech.catalogue import Catalogue, CatalogueError, RenderError

TODAY = date(2026, 11, 23)
PROMPTS = Path(__file__).parents[2] / "call_flows" / "prompts"


def catalogue(folder: Path, zh: str, en: str) -> Catalogue:
    """Two little catalogues."""
    for lang, content in (("zh", zh), ("en", en)):
        (folder / lang).mkdir(exist_ok=True)
        (folder / lang / "a.ftl").write_text(content, "utf-8")
    return Catalogue.load(folder)


def test_the_projects_own_catalogues_are_fine():
    """All messages, both languages."""
    assert len(Catalogue.load(PROMPTS).ids()) > 150


def test_a_message_is_rendered_with_its_values_in_words(tmp_path):
    """Money, digits, and an attribute."""
    words = catalogue(
        tmp_path,
        'a = 共{ MONEY($x) }\n    .b = 尾号{ DIGITS($t, kind: "tail") }\n',
        'a = { MONEY($x) }\n    .b = { DIGITS($t, kind: "tail") }\n',
    )
    assert words.render("zh", "a", {"x": 20000}, today=TODAY) == "共两百元"
    assert words.render("en", "a.b", {"t": "0012"}, today=TODAY) == "zero zero one two"


def test_a_text_chooses_the_words(tmp_path):
    """And any other text the default."""
    source = "a = { $how ->\n    [card] %s\n   *[other] %s\n }\n"
    words = catalogue(tmp_path, source % ("卡", "余额"), source % ("card", "balance"))
    said = [words.render("en", "a", {"how": how}, today=TODAY) for how in ("card", "balance", "cash")]
    assert said == ["card", "balance", "balance"]


FAULTS = [
    ("a = 好\nb { = x\n", "a = ok\n", "cannot be read"),
    ("a = 好\na = 好\n", "a = ok\n", "twice"),
    ("a = 好\nb = 好\n", "a = ok\n", "one language only: b"),
    ("a = { MONEY($x) }\n", "a = { MONEY($y) }\n", "other variables"),
    ("a = { $x }\n", "a = { $x }\n", "needs one of"),
    ("a = { EVIL($x) }\n", "a = { EVIL($x) }\n", "EVIL"),
    ('a = { COUNT($x, unit: "parsec") }\n', 'a = { COUNT($x, unit: "day") }\n', "parsec"),
    ('a = { DIGITS($x, kind: "odd") }\n', 'a = { DIGITS($x, kind: "tail") }\n', "odd"),
    (
        "a = { $n ->\n    [1] 一次\n   *[other] 多次\n }\n",
        "a = { $n ->\n    [1] once\n   *[other] often\n }\n",
        "a number does not choose",
    ),
    (
        "a = { $n ->\n   *[other] 多次\n }\n",
        "a = { $n ->\n    [one] once\n   *[other] often\n }\n",
        "a number does not choose",
    ),
    ("a = 共3笔\n", "a = three\n", "3"),
    ("a = 好, 的\n", "a = ok\n", ","),
]


@pytest.mark.parametrize("zh, en, said", FAULTS)
def test_a_faulty_catalogue_is_refused_and_the_fault_is_named(tmp_path, zh, en, said):
    """At load, not in a call."""
    with pytest.raises(CatalogueError, match=said):
        catalogue(tmp_path, zh, en)


@pytest.mark.parametrize("message, args", [("b", {}), ("a", {}), ("a", {"x": "much"}), ("a.c", {})])
def test_what_cannot_be_rendered_raises(tmp_path, message, args):
    """A missing message, a missing or senseless value: never its name instead of it."""
    words = catalogue(tmp_path, "a = { MONEY($x) }\n", "a = { MONEY($x) }\n")
    with pytest.raises(RenderError):
        words.render("zh", message, args, today=TODAY)
