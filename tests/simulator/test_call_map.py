"""The call map in the browser: every flow, local access only, and a clear answer when there is no map."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from ivr.config.settings import Settings
from ivr.simulator.browser_phone.call_map import FOLDER, map_blueprint
from ivr.simulator.browser_phone.routes import phone_blueprint

HERE = "http://127.0.0.1:5001"


def client_of(folder, tmp_path):
    app = Flask("ivr.simulator.server")
    settings = Settings.load({"DATA_DIR": str(tmp_path), "LAB": "1"}, dotenv=tmp_path / "none.env")
    app.register_blueprint(phone_blueprint(settings))
    app.register_blueprint(map_blueprint(folder))
    return app.test_client()


def test_every_flow_has_its_map_and_its_words(tmp_path):
    """And each page links to all the others."""
    client = client_of(FOLDER, tmp_path)
    flows = [path.stem for path in FOLDER.glob("*.svg")]
    assert {"whole", "everything", "welcome", "top_up", "identify", "agent", "end_of_task"} <= set(flows)
    for flow in flows:
        page = client.get(f"/phone/map?flow={flow}", base_url=HERE)
        assert page.status_code == 200 and "<svg" in page.text and all(f"?flow={other}" in page.text for other in flows)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"] and not re.search(
            r"style=|<style", page.text
        )
    assert client.get("/phone/map/data.json", base_url=HERE).json["nodes"]["main-menu"]["words"]["zh"]


@pytest.mark.parametrize("flow", ["nowhere", "../map", "whole.svg", "%00", "", "<b>"])
def test_a_map_that_does_not_exist_is_a_404(tmp_path, flow):
    """No path leads out of the folder, and nothing is echoed."""
    answer = client_of(FOLDER, tmp_path).get(f"/phone/map?flow={flow}", base_url=HERE)
    assert answer.status_code == 404 and "make explore" in answer.text and (not flow or flow not in answer.text)


def test_without_maps_it_is_said_what_draws_them(tmp_path):
    """As in a clone in which they were deleted."""
    client = client_of(tmp_path, tmp_path)
    assert client.get("/phone/map", base_url=HERE).status_code == 404
    assert client.get("/phone/map/data.json", base_url=HERE).json == {}


def test_the_map_is_for_this_machine_only(tmp_path):
    """Like the phone."""
    client = client_of(FOLDER, tmp_path)
    assert client.get("/phone/map", base_url=HERE, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.get("/phone/map", base_url="http://line.example").status_code == 404
