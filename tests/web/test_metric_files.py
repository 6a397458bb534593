"""A disk that is full costs numbers, and no call."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, generate_latest, multiprocess, values

from ivr.web import gunicorn_config, metric_files

COUNTING = """
import os, sys
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from ivr.web import metric_files
seconds, tries = Histogram("ivr_request_seconds", "", ("endpoint",)), Counter("ivr_tries", "", ("ok",))
if "full" in sys.argv:
    def full(*_): raise OSError(28, "No space left on device")
    os.posix_fallocate = full
metric_files.reserve(os.environ["PROMETHEUS_MULTIPROC_DIR"])
seconds.labels("voice").observe(1)
tries.labels("True").inc()
registry = CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def counted(folder, *how):
    """What a process of its own counts, and what it logs."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", COUNTING, *how], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_room_of_every_number_is_on_the_disk_before_the_first_call(tmp_path):
    """A hole in a file would be found by the first number that falls into it."""
    shown = counted(tmp_path)
    assert 'ivr_request_seconds_count{endpoint="voice"} 1.0' in shown and 'ivr_tries_total{ok="True"} 1.0' in shown
    files = {file.name.partition("_")[0]: file.stat() for file in tmp_path.iterdir()}
    assert {kind: found.st_size for kind, found in files.items()} == metric_files.KINDS
    assert all(found.st_blocks * 512 >= found.st_size for found in files.values())


def test_where_there_is_no_room_requests_are_answered_and_not_counted(tmp_path):
    """No file that the next look at the numbers would stumble over is left."""
    assert "voice" not in counted(tmp_path, "full")
    assert list(tmp_path.iterdir()) == []


def shown(folder):
    """What `/metrics` reads there."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=str(folder))
    return generate_latest(registry).decode()


def pid_of(folder):
    return int(next(folder.iterdir()).stem.partition("_")[2])


def test_a_worker_that_has_ended_leaves_its_numbers_and_no_room_that_it_did_not_use(tmp_path, monkeypatch):
    """One that dies every second would fill the disk."""
    counted(tmp_path)
    before = shown(tmp_path)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    gunicorn_config.child_exit(None, SimpleNamespace(pid=pid_of(tmp_path)))
    assert shown(tmp_path) == before and "voice" in before
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 8192


def test_a_worker_that_has_counted_nothing_leaves_nothing(tmp_path):
    """Nor does one that never came to reserve anything."""
    metric_files.reserve(str(tmp_path))
    metric_files.release(str(tmp_path), os.getpid())
    metric_files.release(str(tmp_path), os.getpid())
    assert list(tmp_path.iterdir()) == []


def test_a_process_of_the_same_number_counts_on(tmp_path, monkeypatch):
    """Numbers of processes come again; its room is whole again, too."""
    counted(tmp_path)
    before, pid = shown(tmp_path), pid_of(tmp_path)
    metric_files.release(str(tmp_path), pid)
    monkeypatch.setattr(os, "getpid", lambda: pid)
    metric_files.reserve(str(tmp_path))
    assert shown(tmp_path) == before
    assert {file.stat().st_size for file in tmp_path.iterdir()} == set(metric_files.KINDS.values())


@pytest.mark.parametrize("kind", metric_files.KINDS)
def test_what_is_left_of_a_try_is_taken_away(tmp_path, monkeypatch, kind):
    """The disk may be full between the two."""
    whole = os.posix_fallocate

    def full(descriptor, offset, size):
        if size == metric_files.KINDS[kind]:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(descriptor, offset, size)

    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(os, "posix_fallocate", full)
    metric_files.reserve(str(tmp_path))
    assert not [file for file in tmp_path.iterdir() if kind in file.name]
    assert values.ValueClass is values.MutexValue
