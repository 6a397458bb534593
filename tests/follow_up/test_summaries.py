"""What an agent is told goes to the wallet's CRM when one is rung, so that what callers hear of it is true on a screen
as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.follow_up import deliveries
from ivr.follow_up.tables import deliveries as table
from ivr.storage.database import begin_read
from tests.call_flows.line import LIN, Caller
from tests.call_flows.test_top_up import reports
from tests.follow_up.crm import SECRET
from tests.follow_up.outboxes import deliver_due


@pytest.fixture
def lin(line, served_crm):
    """Lin, whose top-up is looked into; the wallet has a CRM."""
    line.settings = replace(line.settings, crm_url={"": served_crm}, crm_secret={"": SECRET})
    line.restart()
    return reports(Caller(line, "en", repeat=False).calls(), "800", "1121").proves(LIN)


def summaries(line):
    """Their keys and bodies, in order."""
    with begin_read(line.runtime.engine) as conn:
        rows = conn.execute(sa.select(table.c.id, table.c.body).where(table.c.id.contains(deliveries.SUMMARY))).all()
    return {row.id: json.loads(row.body) for row in sorted(rows, key=lambda row: int(row.id.rpartition(":")[2]))}


def the_code(line):
    """The one that was texted first."""
    return re.search(r"\d{6}", line.texts()[0])[0]


def test_the_crm_gets_the_summary_while_the_agent_is_rung(lin, line, here, crm):
    """What was entered, chosen, found and promised, in both languages; signed, and with nothing secret in it."""
    assert summaries(line) == {}
    lin.presses("0")
    assert lin.talking_to
    ((key, told),) = summaries(line).items()
    assert key.startswith(f"{lin.sid}:call.summary:")
    assert (told["event"], told["call"], told["wallet"], told["customer"], told["reason"]) == (
        "call.summary",
        lin.sid,
        "haiyun",
        "K1",
        "asked",
    )
    assert {"prompt": "top-up-amount", "value": 80000} in told["entries"]
    assert any("800.00 yuan" in line for line in told["written"]["en"]) and told["written"]["zh"]
    for secret in (LIN.number, LIN.tail.rstrip("*"), the_code(line)):
        assert secret not in json.dumps(told)
    deliver_due(replace(here, engine=line.runtime.engine, settings=line.settings))
    assert json.loads(crm.taken[key]) == told


def test_each_state_of_a_call_is_one_event(lin, line):
    """An agent who is rung twice for one question has the same; the end of the call has more."""
    lin.agents = "decline"
    lin.presses("0")
    rung = list(summaries(line))
    assert len(rung) == len(set(rung)) >= 1
    lin.wants_a_call_back("13900000002").picks("是", "yes").hangs_up()
    assert len(summaries(line)) == len(rung) + 1
    assert {one["what"] for one in list(summaries(line).values())[-1]["promises"]} == {"case", "callback"}


def test_a_call_that_leaves_no_work_gives_no_event(line, served_crm):
    """The CRM hears nothing of people who only asked."""
    line.settings = replace(line.settings, crm_url={"": served_crm}, crm_secret={"": SECRET})
    line.restart()
    Caller(line, "en", repeat=False).calls().picks("信息咨询", "information").hangs_up()
    assert summaries(line) == {}


def test_a_wallet_without_a_crm_queues_no_summary(line):
    """Nor does another's hear of it."""
    line.settings = replace(line.settings, crm_url={"linfu": "http://127.0.0.1:9"}, crm_secret={"linfu": SECRET})
    line.restart()
    Caller(line, "en", repeat=False).calls().presses("0").hangs_up()
    assert summaries(line) == {}
