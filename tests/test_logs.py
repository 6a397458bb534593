"""A log line is JSON, and holds nothing that a caller keyed."""

from __future__ import annotations

import io
import json
import logging
import re
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
import structlog

from ivr.config.logs import logger, mask, prepare_logs
from ivr.web import gunicorn_config


@pytest.fixture
def lines():
    """Log into memory, and put everything back."""
    root, (handlers, level) = logging.root, (logging.root.handlers[:], logging.root.level)
    stream = io.StringIO()
    prepare_logs(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_a_line_is_one_json_object(lines):
    """With level, name and time."""
    logger("voice").info("turn played", call="CA1", turn=3)
    (line,) = lines()
    assert (line["event"], line["call"], line["turn"], line["level"], line["logger"]) == (
        "turn played",
        "CA1",
        3,
        "info",
        "voice",
    )
    assert line["timestamp"].endswith("Z")


def test_a_traceback_shows_no_locals(lines):
    """They would hold the code."""
    code = "482913"
    try:
        assert code == "0" and 1 / 0 or 1 / 0
    except ZeroDivisionError:
        logger("voice").exception("turn failed")
    (line,) = lines()
    assert line["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert code not in json.dumps(line)


def test_libraries_are_masked_too(lines):
    """The standard library's loggers go the same way."""
    logging.getLogger("somebody").warning("sent to %s", "+86 138 0013 8000")
    (line,) = lines()
    assert line["event"] == "sent to ***00"


@pytest.fixture
def gunicorn():
    """Its logger as it sets it up in the process that watches over the voice workers."""
    theirs = logging.getLogger("gunicorn.error")
    was = theirs.handlers[:], theirs.propagate
    theirs.handlers[:], theirs.propagate = [logging.StreamHandler()], False
    yield theirs
    theirs.handlers[:], theirs.propagate = was


def test_the_web_server_says_in_json_that_a_worker_died(lines, gunicorn, capfd, monkeypatch, tmp_path):
    """It has a form of its own, which no collector of logs could read. Garbage is not collected here: this process has
    the memory of many tests, and tests/web/test_gunicorn_config.py holds that the server does it.
    """
    monkeypatch.setattr(gunicorn_config, "gc", Mock())
    monkeypatch.setenv("LAB", "1")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    gunicorn_config.on_starting(SimpleNamespace(app=SimpleNamespace(app_uri="app:create_app()")))
    gunicorn.warning("Worker (pid:%s) was sent SIGKILL!", 7)
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(one["logger"], one["level"]) for one in said] == [("gunicorn.error", "warning")]


@pytest.mark.parametrize("text", ["13800138000", "+14155550100", "code 482913", "110101199003074"])
def test_digits_that_may_be_personal_are_masked(text):
    """Numbers, codes, identity numbers."""
    assert not any(len(word.strip("*")) > 2 for word in mask({"deep": [text]})["deep"][0].split() if word != "code")


@pytest.mark.parametrize("text", ["no such number 13800138000.", "+14155550100: busy", "the code was 482913."])
def test_digits_at_the_end_of_a_sentence_are_masked_too(text):
    """Libraries speak in sentences."""
    assert "***" in mask(text) and not re.search("[0-9]{3}", mask(text))


@pytest.mark.parametrize(
    "text",
    [
        "CA0123456789abcdef0123456789abcdef",
        "2026-11-23T10:00:00+08:00",
        "2026-11-23T10:00:00.123456Z",
        "127.0.0.1:5000",
        "127.0.0.1:5000.",
        "261100018:case.opened",
        "case:261100018",
        "404",
    ],
)
def test_ids_times_and_addresses_stay(text):
    """Or nobody could find a call."""
    assert mask(text) == text
