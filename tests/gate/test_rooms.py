"""The check of rooms sees each kind of fault, and its page and picture are those of today's code."""

from __future__ import annotations

import pytest

from ivr.checks.modules import without_detours
from ivr.checks.rooms import COMMAND, PAGE, PICTURE, ROOT, House, faults, page, picture

FILES = {
    "app.py": '"""The app."""\nfrom ivr.web.pages import show\n',
    "ivr/__init__.py": "",
    "ivr/web/__init__.py": '"""Web pages."""\n',
    "ivr/web/pages.py": "def show():\n    from ivr.store import rows\n",
    "ivr/store/__init__.py": '"""The database."""\n',
    "ivr/store/rows.py": "",
}
LAYERS = """
[[layers]]
name = "app"
rooms = ["app"]
[[layers]]
name = "web"
rooms = ["ivr.web"]
[[layers]]
name = "store"
rooms = ["ivr.store"]
"""


def found(root, files: dict[str, str] | None = None, declared: str = LAYERS) -> list[str]:
    """The faults of a small project with these files added or changed."""
    for name, source in (FILES | (files or {}) | {"docs/rooms.toml": declared}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf-8")
    return faults(House.read(root))


def test_imports_that_point_down_are_no_fault(tmp_path):
    """Also past a layer, and inside a function."""
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "source",
    [
        "from ivr.web import pages\n",
        "from ivr.web.pages import show\n",
        "import ivr.web.pages\n",
        "from ..web import pages\n",
        "def later():\n    from ivr.web.pages import show\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ivr.web.pages import show\n",
        "NAMES = ('ivr.web.pages',)\n",
        "COMMAND = 'ivr.web.pages:show'\n",
    ],
)
def test_an_import_that_points_up_is_a_fault_however_it_is_written(tmp_path, source):
    """The line names both modules and both rooms."""
    told = "ivr.store.up -> ivr.web.pages: ivr.web lies above ivr.store"
    assert found(tmp_path, {"ivr/store/up.py": source}) == [told]


def test_an_exception_allows_an_import_and_fails_when_it_is_not_needed(tmp_path):
    """So the list can only become shorter."""
    declared = 'exceptions = ["ivr.store.up -> ivr.web.pages"]\n' + LAYERS
    assert found(tmp_path, {"ivr/store/up.py": "from ivr.web.pages import show\n"}, declared) == []
    [told] = found(tmp_path, {"ivr/store/up.py": ""}, declared)
    assert "no longer needed" in told


def test_rooms_of_a_layer_do_not_import_each_other(tmp_path):
    """Sideways is not down."""
    declared = LAYERS.replace('"ivr.store"]', '"ivr.store", "ivr.files"]')
    files = {"ivr/files/__init__.py": '"""Files."""\nfrom ivr.store import rows\n'}
    assert found(tmp_path, files, declared) == ["ivr.files -> ivr.store.rows: ivr.store lies beside ivr.files"]


def test_a_circle_inside_a_room_is_a_fault_unless_it_is_listed(tmp_path):
    """With one way round; a listed module that has left its circle is a fault too."""
    circle = {"ivr/store/a.py": "from ivr.store.b import x\n", "ivr/store/b.py": "from ivr.store import a\n"}
    [told] = found(tmp_path, circle)
    assert told.startswith("circle: ivr.store.a -> ivr.store.b -> ivr.store.a")
    listed = 'circles = [["ivr.store.a", "ivr.store.b"]]\n' + LAYERS
    assert found(tmp_path, circle, listed) == []
    [told] = found(tmp_path, circle | {"ivr/store/b.py": ""}, listed)
    assert "no longer in a circle" in told


def test_a_room_has_a_layer_and_a_sentence(tmp_path):
    """And a layer has no room that is gone."""
    declared = LAYERS.replace('"ivr.store"', '"ivr.gone"')
    assert found(tmp_path, {"ivr/store/__init__.py": ""}, declared) == [
        "ivr.store has no layer: add it to docs/rooms.toml",
        "ivr.store has no docstring that says what the room holds: write one in ivr/store/__init__.py",
        "ivr.gone is not there any more: take it out of docs/rooms.toml",
    ]


def test_an_arrow_that_a_longer_way_implies_is_not_drawn():
    """a → c goes, for a → b → c says it."""
    assert without_detours({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_the_page_and_the_picture_are_fresh():
    """On a difference run the command that the page names."""
    house = House.read()
    assert (ROOT / PAGE).read_text("utf-8") == page(house), f"stale: run {COMMAND}"
    assert (ROOT / PICTURE).read_text("utf-8") == picture(house), f"stale: run {COMMAND}"
