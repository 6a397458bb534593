"""A promised date that passes unkept is told once, whoever walks and whoever dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ivr.cases import overdue
from ivr.cases.tables import cases, disputes
from ivr.cases.tables import overdue as table
from ivr.demo.tables import records
from ivr.follow_up.tables import deliveries
from ivr.lab import scene, world
from ivr.lab.world import load_default_if_empty
from ivr.storage.database import begin_read, begin_write
from tests.follow_up.outside import outside

ROOT = Path(__file__).parents[2]
CASE = {
    "id": "case-1",
    "reference": "261100018",
    "wallet": "haiyun",
    "customer": "K1",
    "kind": "unknown",
    "about": "U2",
    "call": "CA1",
    "due": "2026-11-24",
    "due_provisional": False,
    "at": "2026-11-23T10:00:00+08:00",
    "status": "received",
}
ON_TIME, LATE = "2026-11-24T23:59:59+08:00", "2026-11-25T00:00:00+08:00"


@pytest.fixture
def promised(here):
    """One case, due on the 24th in Shanghai."""
    with begin_write(here.engine) as conn:
        load_default_if_empty(conn)
        conn.execute(sa.text("DELETE FROM disputes"))
        conn.execute(sa.insert(cases).values(CASE))
    return here


def walk(here, when):
    overdue.find_overdue(replace(here, clock=lambda conn: datetime.fromisoformat(when)))


def raised(here):
    """What is kept, and what the CRM is to be told."""
    with begin_read(here.engine) as conn:
        kept = [tuple(row) for row in conn.execute(sa.select(table.c.reference, table.c.due))]
        return kept, [json.loads(body)["event"] for body in conn.scalars(sa.select(deliveries.c.body))]


ONCE = ([("261100018", "2026-11-24")], ["case.overdue"])


def test_a_day_has_passed_when_it_is_over_in_the_wallets_time_zone(promised):
    """Not a second before midnight in Shanghai, though it is the evening before in London."""
    walk(promised, ON_TIME)
    assert raised(promised) == ([], [])
    walk(promised, LATE)
    assert raised(promised) == ONCE


def test_an_overdue_date_gives_one_event_for_repeated_and_parallel_searches(promised):
    """Eight workers, and again the day after."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: walk(promised, LATE), range(8)))
    walk(promised, "2026-11-26T00:00:00+08:00")
    assert raised(promised) == ONCE


@pytest.mark.parametrize(
    "status, mode, late", [("in-review", "ok", True), ("refunded", "ok", False), ("refunded", "down", False)]
)
def test_the_wallet_is_asked_before_a_dispute_is_called_overdue(here, status, mode, late):
    """It knows whether it was decided, and we write that down; while it does not answer nobody is accused."""
    document = json.loads((ROOT / "ivr" / "lab" / "default_world.json").read_text("utf-8"))
    document["disputes"] = [document["disputes"][0] | {"status": status}]
    with begin_write(here.engine) as conn:
        world.load(conn, document)
        scene.change(conn, wallet=mode)
        conn.execute(sa.update(disputes).values(status="received"))
    walk(here, "2026-12-20T00:00:00+08:00")
    assert [reference for reference, _ in raised(here)[0]] == (["202611017"] if late else [])
    with begin_read(here.engine) as conn:
        assert conn.scalar(sa.select(disputes.c.status)) == (status if mode == "ok" else "received")


def test_a_late_decision_ends_the_wait_for_a_dispute(here):
    """The wallet is asked again; the row stays, for the promise was not kept."""
    document = json.loads((ROOT / "ivr" / "lab" / "default_world.json").read_text("utf-8"))
    document["disputes"] = [document["disputes"][0]]
    with begin_write(here.engine) as conn:
        world.load(conn, document)
    walk(here, "2026-12-20T00:00:00+08:00")
    decided = json.dumps(document["disputes"][0] | {"status": "refunded"})
    for mode, known in (("down", "in-review"), ("ok", "refunded")):
        with begin_write(here.engine) as conn:
            conn.execute(sa.update(records).where(records.c.kind == "dispute").values(document=decided))
            scene.change(conn, wallet=mode)
        walk(here, "2026-12-21T00:00:00+08:00")
        with begin_read(here.engine) as conn:
            assert conn.scalar(sa.select(disputes.c.status)) == known
    assert raised(here)[0] == [("202611017", "2026-12-02")]


@pytest.mark.parametrize("status", ["done", "decided-refund", "refunded"])
def test_a_done_case_is_not_overdue(promised, status):
    """However late it is."""
    with begin_write(promised.engine) as conn:
        conn.execute(sa.update(cases).values(status=status))
    walk(promised, "2027-11-25T00:00:00+08:00")
    assert raised(promised) == ([], [])


def test_a_dispute_can_be_overdue(promised):
    """From the same walk."""
    with begin_write(promised.engine) as conn:
        kept = {name: CASE[name] for name in CASE if name != "status"} | {
            "status": "in-review",
            "reference": "261100026",
        }
        conn.execute(sa.insert(overdue.disputes).values(kept | {"id": "dispute-1"}))
    walk(promised, LATE)
    assert sorted(raised(promised)[0]) == [("261100018", "2026-11-24"), ("261100026", "2026-11-24")]


def test_a_wallet_without_a_crm_gets_the_row_without_an_event(promised):
    """For people to see."""
    walk(replace(promised, settings=replace(promised.settings, crm_url={}, crm_secret={})), LATE)
    assert raised(promised) == (ONCE[0], [])


def work(arguments: list[str]) -> None:
    """`work([url, folder, point])`: a worker that is killed before or after it has committed."""
    import os

    from ivr.config.settings import Settings
    from ivr.follow_up.context import Context
    from ivr.storage.database import connect
    from tests.follow_up.crm import SECRET

    url, folder, point = arguments
    given = {"DATA_DIR": folder, "DATABASE_URL": url, "CRM_URL": "http://127.0.0.1:9", "CRM_SECRET": SECRET}
    settings = Settings.load(given, dotenv=Path(folder) / "no.env")
    raise_overdue = overdue.raise_overdue

    def dying(*asked):
        raise_overdue(*asked)
        if point == "before-commit":
            os.kill(os.getpid(), signal.SIGKILL)

    overdue.raise_overdue = dying
    walk(Context(engine := connect(url), settings, None, None, **outside(engine, settings)), LATE)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_a_killed_worker_leaves_one_event(promised, tmp_path, point):
    """Row and event go together; the next worker finds what is left."""
    url = promised.engine.url.render_as_string(hide_password=False)
    run = "import sys; from tests.follow_up.test_overdue import work; work(sys.argv[1:])"
    command = [sys.executable, "-c", run, url, str(tmp_path / "w"), point]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert raised(promised) == (ONCE if point == "after-commit" else ([], []))
    walk(promised, LATE)
    assert raised(promised) == ONCE
