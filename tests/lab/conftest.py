"""The lab's API on a fresh database, with the demo world's document at hand."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from flask import Flask

from ivr.lab.web import lab_blueprint

ROOT = Path(__file__).parents[2]
DEMO = json.loads((ROOT / "ivr/lab/default_world.json").read_text("utf-8"))


class Lab:
    """A client that speaks JSON from this machine; `waits` counts how often a GET waited."""

    def __init__(self, engine, settings):
        self.engine, self.waits = engine, 0
        app = Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
        app.register_blueprint(lab_blueprint(engine, settings, self.wait))
        self.client = app.test_client()

    def wait(self):
        self.waits += 1

    def send(self, method, what, **how):
        return self.client.open(f"/lab/{what}", method=method, **{"base_url": "http://127.0.0.1:5000", **how})

    def put(self, what, document):
        answer = self.send("PUT", what, json=document)
        assert answer.status_code == 200, answer.text
        return answer.json

    def get(self, what):
        answer = self.send("GET", what)
        assert answer.status_code == 200, answer.text
        return answer.json

    def refusal(self, what, **body):
        """What a bad PUT is told; it must be a 400."""
        answer = self.send("PUT", what, **body)
        assert answer.status_code == 400, answer.text
        return answer.json["error"]


@pytest.fixture
def lab(database, settings):
    return Lab(database, settings)


@pytest.fixture
def demo():
    """The demo world, to be changed at will."""
    return copy.deepcopy(DEMO)
