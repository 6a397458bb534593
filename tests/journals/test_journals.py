"""Calls that are under way survive a new version of the flows, or it is known that they do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.errors import Diverged
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import LIN, OMAR
from tests.journals.golden import Golden, all_calls
from tests.journals.recording import record
from tests.journals.replaying import replay

INTENDED = (
    "Calls that stand there when this is deployed hear an apology and go to a person. "
    "If that is intended: .venv/bin/python -m tests.journals --record, and commit the difference"
)
SECRETS = (LIN.number, LIN.tail.replace("*", "X"), "13900000009")


@pytest.fixture(params=all_calls(), ids=lambda path: path.stem)
def golden(request):
    """Each recorded call."""
    return Golden.read(request.param)


def expired_card() -> Golden:
    (path,) = [path for path in all_calls() if path.stem == "expired-card"]
    return Golden.read(path)


def test_todays_flows_go_the_way_that_was_recorded(golden):
    """Every turn asks for what its journal holds and stops where it stopped."""
    try:
        replay(golden)
    except Diverged as error:
        pytest.fail(f"{golden.claim}: {error}. {INTENDED}")


def test_a_recorded_call_holds_no_secret(golden):
    """What was keyed about a person is not in the rows."""
    rows = json.dumps([golden.rows, golden.facts])
    assert [secret for secret in SECRETS if secret in rows] == []
    assert {step[3] for row in golden.rows for step in row["steps"] if step[2] in ("secret", "sealed")} <= {None, "…"}


@pytest.mark.parametrize("old, new", [("about-this", "about-it"), ("effects.likely_top_ups", "effects.look_up")])
def test_a_renamed_prompt_or_effect_diverges(old, new):
    """A name is a fingerprint: the message says both."""
    with pytest.raises(Diverged, match=f"{new}.*{old}"):
        replay(expired_card().renamed(old, new))


@pytest.mark.parametrize("turn", [2, 11])
def test_a_step_that_is_no_longer_there_diverges(turn):
    """As does one too many; the turn is named."""
    golden = expired_card()
    rows = [row | {"steps": row["steps"][:-1]} if row["turn"] == turn else row for row in golden.rows]
    with pytest.raises(Diverged, match=f"turn {turn}"):
        replay(replace(golden, rows=rows))


def test_another_end_diverges():
    """The wait, the language and the facts at the end are compared as well."""
    golden = expired_card()
    with pytest.raises(Diverged, match="facts"):
        replay(replace(golden, facts={**golden.facts, "solved": False}))
    with pytest.raises(Diverged, match="the language"):
        replay(replace(golden, rows=[*golden.rows[:-1], golden.rows[-1] | {"language": "en"}]))


def test_a_call_that_diverges_is_rescued(line, caller):
    """An apology and a person, with what was entered; the journal says that it was a divergence."""
    caller.calls().picks("充值与支付问题", "top-up and payment").picks("充值失败", "failed top-ups").proves(OMAR)
    caller.picks("不清楚", "unsure").picks("银行卡", "bank card")
    engine = line.app.extensions["line"].engine
    this, older = journal.journal.c.call == caller.sid, ("top-up-channel", "top-up-way")
    with begin_write(engine) as conn:
        steps = sa.func.replace(journal.journal.c.steps, *older)
        conn.execute(sa.update(journal.journal).where(this).values(steps=steps))
    caller.enters("300#").is_told("系统出了一点问题", "something went wrong on our side")
    assert caller.talking_to
    engine = line.app.extensions["line"].engine
    with begin_read(engine) as conn:
        last = journal.rows(conn, caller.sid)[-1]
    assert last.root_flow == "rescue"
    assert last.failed is not None
    assert last.failed["diverged"] is True


def test_a_call_that_is_recorded_again_is_the_same():
    """Keys in the order in which they were typed, no random value; nothing but the flows decides."""
    (path,) = [path for path in all_calls() if path.stem == "callback-after-hours"]
    assert record(Golden.read(path)) == Golden.read(path)


@pytest.mark.parametrize("typed, words", [(["1"], "the call goes on"), (["1", "0", "", "5"], "the call was over")])
def test_keys_that_no_longer_fit_a_call_are_told(typed, words):
    """Whoever changed the flow changes `typed` as well, and knows where."""
    with pytest.raises(ValueError, match=words):
        record(replace(expired_card(), typed=typed))
