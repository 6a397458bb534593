"""A recording is made once, is never half there, and belongs to what was asked for."""

from __future__ import annotations

import multiprocessing
import os
import stat
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pytest

from audio.samples import to_segment
from audio.script import Script, Sentence, from_text
from audio.shelf import Shelf
from audio.studio import Studio


class Hum:
    """A voice that hums, and counts how often it was asked to."""

    def __init__(self, name="hum"):
        self.name, self.asked = name, 0

    def speak(self, text, language, slow=False):
        self.asked += 1
        return to_segment(0.1 * np.sin(np.arange(8000) / 5))


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "audio")


def test_a_second_request_is_the_same_file_and_nobody_speaks(shelf):
    """The bytes and the inode stay."""
    hum = Hum()
    first = Studio(hum, shelf).file(from_text("好的", "zh"))
    content, inode = first.read_bytes(), first.stat().st_ino
    again = Studio(hum, Shelf(shelf.folder)).file(from_text("好的", "zh"))
    assert (again, again.read_bytes(), again.stat().st_ino, hum.asked) == (first, content, inode, 1)


def test_what_is_made_anew_is_byte_identical(shelf, tmp_path):
    """Two machines may serve the two halves of a file."""
    script = from_text("一\n二", "zh")
    other = Shelf(tmp_path / "other")
    assert Studio(Hum(), shelf).file(script).read_bytes() == Studio(Hum(), other).file(script).read_bytes()


def test_whatever_changes_the_sound_changes_the_file(shelf):
    """Words, pauses, language, speed, voice."""
    scripts = [
        from_text("好", "zh"), from_text("好", "en"), from_text("好", "zh", slow=True), from_text("好好", "zh"),
        from_text("好\n好", "zh"), Script((Sentence("好"), Sentence("好", 300)), "zh"),
    ]  # fmt: skip
    files = {Studio(Hum(), shelf).file(script) for script in scripts}
    files.add(Studio(Hum("another hum"), shelf).file(scripts[0]))
    assert len(files) == len(scripts) + 1


def test_processes_that_race_leave_one_whole_file(shelf):
    """Each renames its own draft; no draft stays."""
    take = partial(shelf.take, "the same", partial(bytes, 1 << 20))
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        paths = {future.result() for future in [pool.submit(take) for _ in range(12)]}
    assert [path.read_bytes() for path in paths] == [bytes(1 << 20)]
    assert list(shelf.folder.iterdir()) == list(paths)


def test_a_failure_leaves_nothing(shelf):
    """The next request tries again."""
    with pytest.raises(ZeroDivisionError):
        shelf.take("x", lambda: bytes(1 // 0))
    assert list(shelf.folder.iterdir()) == []
    assert shelf.take("x", lambda: b"sound").read_bytes() == b"sound"


def test_nobody_else_may_listen(shelf):
    """A number read back to a caller is personal."""
    path = shelf.take("x", lambda: b"sound")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (shelf.folder, path)] == [0o700, 0o600]


def test_what_is_old_can_be_swept(shelf):
    """The rest stays."""
    old, new = shelf.take("old", lambda: b"1"), shelf.take("new", lambda: b"2")
    os.utime(old, (0, 0))
    assert (shelf.sweep(days=30), old.exists(), new.exists()) == (1, False, True)


def test_a_studio_without_a_shelf_says_so():
    """Instead of writing somewhere."""
    with pytest.raises(ValueError, match="keeps no files"):
        Studio(Hum()).file(from_text("好", "zh"))
