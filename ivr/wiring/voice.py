"""Composes the runtime of a voice process, after the fork."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from call_flows.agent import rescue
from call_flows.line_switched import closed, to_person
from call_flows.welcome import answer
from ivr.config.logs import logger
from ivr.config.release import release
from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.claims import Worker
from ivr.engine.hot_path import GroupCommit, ReadConnections
from ivr.engine.runtime import Runtime
from ivr.engine.secrets import Sealer
from ivr.engine.speaking import Speaker
from ivr.follow_up.messages import TextOutbox
from ivr.operations.line_switch import is_any_switched, takeover_flow
from ivr.queue.agents import agents_signed_on
from ivr.speech.catalogue import words
from ivr.telephony.own_numbers import caller_id
from ivr.wiring.lab_or_live import agents_on_duty, business_clock, make_wallet

STATE_QUERY = journal.state_query(is_any_switched())
"""Compiled once per process, like every statement that each turn needs."""


def make_runtime(
    engine: sa.Engine, settings: Settings, sealer: Sealer, key_clock: Callable[[], float | None]
) -> Runtime:
    """Build the runtime. It runs before the first call, so that no caller waits for slow imports."""
    clock = business_clock(settings)
    return Runtime(
        engine=engine,
        settings=settings,
        sealer=sealer,
        speaker=Speaker(words(), sealer.open),
        worker=Worker(engine, settings.data_dir),
        group_commit=GroupCommit(engine),
        read_connections=ReadConnections(engine),
        root_flows={"main": answer, "rescue": rescue, "person": to_person, "closed": closed},
        clock=clock,
        wallets=make_wallet(engine, settings),
        texts=TextOutbox(clock),
        agents_on_duty=agents_on_duty(settings),
        is_desk_staffed=lambda conn, wallet, now: bool(agents_signed_on(conn, wallet, now)),
        takeover=takeover_flow,
        caller_id=lambda facts: caller_id(settings, facts),
        state_query=STATE_QUERY,
        key_clock=key_clock,
        base_url=settings.public_base_url,
        log=logger("voice"),
        release=release(),
    )
