"""`flask twilio taskrouter`: a difference is shown, applied once, and not found again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr.setup.task_router import findings, task_router_command
from ivr.storage.database import begin_write


@pytest.fixture
def run(desk):
    """The command, against the simulator."""

    def run(*arguments):
        return CliRunner().invoke(task_router_command(lambda: desk.worker.settings), arguments)

    return run


@pytest.fixture
def found(desk):
    """What the doctor says."""

    def found(**settings):
        return list(findings(replace(desk.worker.settings, **settings), desk.worker.engine))

    return found


def test_a_new_account_gets_everything_at_once_and_nothing_twice(desk, run):
    """The first run says what is missing and changes nothing; the settings are printed when they are known."""
    desk.router.workspaces.clear()
    shown = run()
    assert shown.exit_code == 1 and "+ workspace Support line" in shown.output and "WORKSPACE_SID" not in shown.output
    assert desk.router.workspaces == []
    applied = run("--apply")
    settings = desk.worker.settings
    assert applied.exit_code == 0 and f"TASKROUTER_WORKSPACE_SID={settings.taskrouter_workspace_sid}" in applied.output
    assert f"TASKROUTER_WORKFLOW_SID={settings.taskrouter_workflow_sid}" in applied.output
    assert f"TASKROUTER_PAUSE_SID={settings.taskrouter_pause_sid}" in applied.output
    again = run()
    assert again.exit_code == 0 and "nothing to change" in again.output
    (space,) = desk.router.workspaces
    assert (space.timeout_activity.name, space.default_activity.name) == ("Missed", "Offline")


def test_what_was_changed_by_hand_is_shown_and_put_back(desk, run):
    """By its name; what somebody else made is left alone."""
    desk.signs_on("lin", does="person")
    desk.space.queues[0].target_workers = "1==1"
    desk.space.workflows[0].reservation_timeout = 5
    desk.space.add_activity("Lunch", False)
    shown = run().output
    assert "~ task_queues" in shown and "task_reservation_timeout is 5" in shown and "Lunch" not in shown
    run("--apply")
    assert run().exit_code == 0 and "Lunch" in [one.name for one in desk.space.activities]


def test_an_agent_who_is_disabled_is_no_worker_any_more(desk, run):
    """Workers whom somebody else made stay."""
    desk.signs_on("lin", does="person")
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.text("UPDATE staff SET disabled = 'x' WHERE id = 'lin'"))
    assert "- workers lin" in run("--apply").output
    assert "lin" not in [one.name for one in desk.space.workers]


def test_every_list_is_an_array_and_no_name_has_a_hyphen(desk):
    """`HAS` on anything else never matches, silently; expressions refuse hyphens."""
    desk.signs_on("lin", does="person")
    attributes = json.loads(desk.worker_there("lin").attributes)
    assert all(isinstance(attributes[name], list) for name in ("wallets", "languages", "topics"))
    assert "top_up" in attributes["topics"]
    texts = [one.target_workers for one in desk.space.queues] + [desk.space.workflows[0].configuration]
    assert not [text for text in (*texts, *attributes["topics"]) if "-" in text]


def test_twilio_that_refuses_or_does_not_answer_is_named(desk, run):
    """Nothing is guessed."""
    desk.worker = replace(desk.worker, settings=replace(desk.worker.settings, twilio_auth_token="0" * 32))
    assert "refuses" in run().output
    desk.worker = replace(
        desk.worker, settings=replace(desk.worker.settings, twilio_api_url={"": "http://127.0.0.1:1"})
    )
    assert "does not answer" in run().output


def test_the_doctor_looks_at_taskrouter(desk, found):
    """Good when all is as wanted; bad for a difference, other SIDs, no answer, and an agent who cannot be rung."""
    (good,) = found()
    assert good.verdict == "good" and "fang" in [one.name for one in desk.space.workers]
    assert "SIDs" in found(taskrouter_pause_sid="WA" + "0" * 32)[-1].says
    assert found(twilio_api_url={"": "http://127.0.0.1:1"})[-1].verdict == "bad"
    desk.space.queues[0].target_workers = "1==1"
    assert "--apply" in found()[-1].mend
