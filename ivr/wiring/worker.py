"""`python -m ivr.wiring.worker`: the process that runs follow-ups, one a machine. All outboxes and periodic tasks are
registered here.

Any worker takes over what another one leaves: a row whose worker died is due again when its lease ends.
"""

from __future__ import annotations

import signal
import threading

import sqlalchemy as sa

from ivr.callbacks import desk_agents, dialler
from ivr.cases.overdue import find_overdue
from ivr.config.logs import logger, prepare_logs
from ivr.config.settings import Settings
from ivr.follow_up import deliveries, messages, text_lookups
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Dispatcher, Periodic
from ivr.follow_up.wake_up import WakeUp
from ivr.privacy.retention import forget_old
from ivr.queue import ringing, withdrawn
from ivr.queue.alarm import watch_waits
from ivr.storage.database import connect
from ivr.talks import steps
from ivr.task_routing import own_carrier, workers
from ivr.telephony.twilio_rest import TwilioConferencing, TwilioRecordings, TwilioTelephone
from ivr.telephony.twilio_tasks import TwilioTaskRouting
from ivr.texts.follow_ups import COMPOSERS
from ivr.voice_notes import fetching
from ivr.wiring.lab_or_live import agents_on_duty, business_clock, make_text_provider, make_wallet

OUTBOXES = (
    ringing.CALLERS,
    ringing.OFFERS,
    withdrawn.LEGS,
    steps.STEPS,
    steps.TALKS,
    workers.RESERVATIONS,
    workers.WORKERS,
    own_carrier.CALLS,
    messages.OUTBOX,
    text_lookups.OUTBOX,
    deliveries.OUTBOX,
    dialler.ATTEMPTS,
    dialler.CALLBACKS,
    fetching.OUTBOX,
)
PERIODIC = (
    Periodic("overdue", find_overdue, 60.0),
    Periodic("queue alarm", watch_waits, 60.0),
    Periodic("callback alarm", desk_agents.watch_overdue, 60.0),
    Periodic("retention", forget_old, 3600.0),
    workers.ACTIVITIES_THERE,
)
GOODBYE_SECONDS = 3.0
"""For the tries that run when the worker is told to stop."""


def make_context(engine: sa.Engine, settings: Settings) -> Context:
    """The clients of other systems, as the settings say."""
    return Context(
        engine,
        settings,
        make_text_provider(engine, settings),
        business_clock(settings),
        telephone=TwilioTelephone(settings),
        conferencing=TwilioConferencing(settings),
        task_routing=TwilioTaskRouting(settings),
        recordings=TwilioRecordings(settings),
        composers=COMPOSERS,
        wallet=make_wallet(engine, settings),
        agents_on_duty=agents_on_duty(settings),
        callback_comes_first=desk_agents.comes_first,
    )


def main() -> None:
    """Run until told to stop; a try that is broken off is made again by the next worker."""
    prepare_logs()
    settings = Settings.load()
    engine = connect(settings.database_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    dispatcher = Dispatcher(make_context(engine, settings), WakeUp(engine), stop)
    dispatcher.begin(OUTBOXES, PERIODIC)
    logger("worker").info("follow-ups run", outboxes=len(OUTBOXES))
    stop.wait()
    dispatcher.drain(GOODBYE_SECONDS)


if __name__ == "__main__":
    main()
