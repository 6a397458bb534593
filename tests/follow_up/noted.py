"""A caller who leaves a note, the telephone company that holds it, and the worker that fetches it."""

from __future__ import annotations

import time as machine
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.follow_up.context import Context
from ivr.simulator.account.recordings import Recording
from ivr.storage.database import begin_read
from ivr.telephony.twilio_rest import TwilioRecordings
from ivr.voice_notes.tables import recordings, sounds, voice_notes
from tests.call_flows.line import LIN, Caller
from tests.call_flows.test_top_up import reports
from tests.follow_up.crm import SECRET
from tests.follow_up.outboxes import settle_due
from tests.follow_up.outside import outside
from tests.simulator.running_simulator import running_simulator
from tests.simulator.stub_app import StubApp

WORDS = "我的卡被扣了两次钱，请帮我查一下。"


@dataclass
class Noted:
    """`simulator` answers REST; `now` is the machine's time of the worker."""

    caller: Caller
    simulator: Any
    here: Context
    now: datetime

    def opens_a_case(self) -> Noted:
        """An unknown outcome; the note is offered, and the notice is heard to its end."""
        self.caller.dials_from("+8613900000002")
        reports(self.caller, "800", "1121").proves(LIN)
        self.caller.picks("录一段说明", "record one").hears_the_tone()
        return self

    def leaves_a_note(self, seconds: float = 12, words: str = WORDS) -> Noted:
        """Spoken, ended, kept; then the receiver is put down."""
        self.opens_a_case().caller.speaks(seconds, words).presses("#")
        self.caller.picks("保留", "keep it").hangs_up()
        return self

    def later(self, **span: float) -> Noted:
        """So much later the worker looks for what is due."""
        self.now = max(self.now, datetime.now(UTC)) + timedelta(**(span or {"seconds": 21}))
        settle_due(self.here)
        return self

    def one(self, table: sa.Table) -> Any:
        """The only row of a table, or None."""
        with begin_read(self.here.engine) as conn:
            return conn.execute(sa.select(table)).one_or_none()

    @property
    def note(self) -> Any:
        """The note."""
        return self.one(voice_notes)

    @property
    def recording(self) -> Any:
        """What is known of the recording."""
        return self.one(recordings)

    @property
    def held(self) -> Recording:
        """What the telephone company holds, or held."""
        return self.simulator.runner.account.recordings[-1]

    def sound(self) -> bytes:
        """The sound as it was sealed, opened."""
        with begin_read(self.here.engine) as conn:
            key = journal.key(conn, self.note.call)
        return Sealer(self.here.settings.server_key).for_call(key).open_bytes(self.one(sounds).sealed)


class Elsewhere(Caller):
    """A caller whose telephone company is another process than the line."""

    def dials_from(self, number: str) -> Elsewhere:
        """Choose a language and stand at the main menu."""
        self.calls(from_=number)
        return self


@contextmanager
def noted(line: Any, settings: Any, lang: str = "zh", crm: str = "", recordings_at: str = "") -> Any:
    """Everything together; `recordings_at` is another place than the simulator to fetch from."""
    with running_simulator(StubApp(), settings) as simulator:
        made = replace(
            line.settings, twilio_api_url={"": recordings_at} if recordings_at else simulator.settings.twilio_api_url
        )
        if crm:
            made = line.settings = replace(made, crm_url={"": crm}, crm_secret={"": SECRET})
            line.restart()
        caller = Elsewhere(line, lang, repeat=False, account=simulator.runner.account)
        runtime, twilio = line.app.extensions["line"], TwilioRecordings(made)
        scene = Noted(caller, simulator, None, datetime.now(UTC))
        scene.here = Context(
            runtime.engine,
            made,
            None,
            runtime.clock,
            lambda: scene.now,
            recordings=twilio,
            **outside(runtime.engine, made),
        )
        try:
            yield scene
        finally:
            twilio._client.http_client.session.close()


def wait_for(happens: Any, seconds: float = 30) -> bool:
    """Whether it happens in time."""
    until = machine.monotonic() + seconds
    while machine.monotonic() < until:
        if happens():
            return True
        machine.sleep(0.02)
    return False
