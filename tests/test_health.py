"""What the watchers see."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa
from flask import abort

from ivr.follow_up.tables import deliveries
from ivr.storage.database import begin_write, connect
from ivr.web.health import LEAST_FREE, count_requests, health_blueprint
from ivr.web.voice_app import VoiceApp


def make_client(engine):
    app = VoiceApp(__name__)
    count_requests(app)
    app.register_blueprint(health_blueprint(engine))
    app.add_url_rule("/calls/<sid>", "turn", lambda sid: abort(403))
    return app.test_client()


def test_a_migrated_database_is_ready(database):
    """200, on both databases."""
    client = make_client(database)
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)


@pytest.mark.parametrize("url", ["sqlite:////nonexistent/folder/ivr.db", "postgresql://ivr:hunter2@127.0.0.1:1/ivr"])
def test_an_unreachable_database_is_503_and_the_process_is_still_alive(url):
    """And the answer holds no password."""
    client = make_client(connect(url))
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "hunter2" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_an_unmigrated_database_is_503_and_says_what_to_do(tmp_path):
    """The file exists, the tables do not."""
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    answer = make_client(engine).get("/readyz")
    engine.dispose()
    assert answer.status_code == 503 and "ivr.migrations.migrate" in answer.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_full_disk_and_one_that_is_only_read_are_503(database, monkeypatch):
    """A little room is none: the next calls would need it. All is well again when there is more."""
    client, asked = make_client(database), []

    def disk(free, flags=0):
        def look(path):
            asked.append(path)
            return os.statvfs_result((4096, 4096, 1 << 20, 1 << 19, free // 4096, 0, 0, 0, flags, 255))

        monkeypatch.setattr(os, "statvfs", look)
        return client.get("/readyz")

    assert [disk(free).status_code for free in (0, LEAST_FREE - 1, LEAST_FREE, 1 << 30)] == [503, 503, 200, 200]
    assert "disk of the database is full" in disk(0).text
    assert "cannot be written" in disk(1 << 30, os.ST_RDONLY).text
    assert set(asked) == {database.url.database}


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_database_that_takes_no_writes_is_503(new_database):
    """A standby that nobody has promoted answers every look."""
    client = make_client(new_database)
    assert client.get("/readyz").status_code == 200
    with new_database.begin() as conn:
        conn.execute(sa.text(f'ALTER DATABASE "{new_database.url.database}" SET default_transaction_read_only = on'))
    new_database.dispose()
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "takes no writes" in answer.text


def test_requests_are_counted_by_endpoint_and_never_by_path(database):
    """A path holds a call's id."""
    client = make_client(database)
    client.get("/calls/CA123")
    text = client.get("/metrics").text
    assert 'ivr_request_seconds_count{endpoint="turn",status="403"}' in text and "CA123" not in text


def test_what_waits_is_counted_in_the_database_and_left_out_when_that_is_away(database):
    """The other numbers go on being told."""
    with begin_write(database) as conn:
        for place, status in enumerate(("dead", "dead", "delivered")):
            row = {"id": f"{place}:case.opened", "at": "2026-11-23", "body": "{}", "status": status}
            conn.execute(sa.insert(deliveries).values(row))
    text = make_client(database).get("/metrics").text
    assert 'ivr_deliveries{status="dead"} 2.0' in text and "ivr_follow_ups_waiting 0.0" in text
    away = make_client(connect("postgresql://ivr@127.0.0.1:1/ivr")).get("/metrics")
    assert away.status_code == 200 and "ivr_deliveries" not in away.text and "ivr_request_seconds" in away.text
