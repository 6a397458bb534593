"""A text that waits to be sent, how it stands, and the telephone company that sends it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import sqlalchemy as sa

from ivr.follow_up.context import Context
from ivr.follow_up.tables import messages as table
from ivr.storage.database import begin_read, begin_write
from ivr.telephony.texting import Text
from ivr.telephony.twilio_rest import TwilioSms
from ivr.texts.follow_ups import COMPOSERS
from tests.follow_up.outside import outside
from tests.simulator.running_simulator import running_simulator
from tests.wallet.serving import served

MARK = "0123456789abcdef"
TEXT = Text("+8613900000001", "您的服务单已受理。", "+864000000101")


@contextmanager
def by_twilio(line):
    """The line behind a socket, the telephone company beside it, and what sends texts through that."""
    with served(lambda environ, start: line.app(environ, start)) as url:
        line.settings = replace(line.settings, public_base_url=url)
        line.restart()
        with running_simulator(SimpleNamespace(url=url), line.settings) as simulator:
            provider = TwilioSms(replace(line.settings, twilio_api_url=simulator.settings.twilio_api_url))
            try:
                yield simulator, worker_context(line, provider)
            finally:
                provider._client.http_client.session.close()


def worker_context(line, provider):
    """A worker of the line, which sends by this provider."""
    engine = line.app.extensions["line"].engine
    return Context(
        engine,
        line.settings,
        provider,
        line.app.extensions["line"].clock,
        composers=COMPOSERS,
        **outside(engine, line.settings),
    )


def put(here, message="case:1", **values):
    """A text that waits, with a mark that its notices name."""
    with begin_write(here.engine) as conn:
        conn.execute(sa.insert(table).values(id=message, at="2026-11-23", status="queued", mark=MARK, **values))


def row(here, message="case:1"):
    """How it stands."""
    with begin_read(here.engine) as conn:
        return conn.execute(sa.select(table).where(table.c.id == message)).one()
