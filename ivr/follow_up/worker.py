"""`python -m ivr.follow_up.worker`: the one process a machine that runs follow-ups.

Its name is the host and a slot, the same after a restart: what it had begun is waiting under that
name. Eight jobs at a time and a look every 0.2 s while there is work: unbounded, a burst would take every thread and
starve the callers of the one writer that SQLite has. When nobody writes to the database, it looks every few seconds.
"""

from __future__ import annotations

import os
import signal
import socket
import threading

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

from ivr.config.logs import logger, prepare_logs, take_over
from ivr.config.settings import Settings
from ivr.follow_up import rounds
from ivr.follow_up.bell import Bell, listen
from ivr.follow_up.jobs import Surroundings, import_jobs, settle, tell_dbos
from ivr.follow_up.queue import QUEUE, VERSION
from ivr.follow_up.recordings import Recordings
from ivr.follow_up.scene import lab_provider, now
from ivr.follow_up.sms import Provider
from ivr.follow_up.telephone import Telephone
from ivr.storage.database import connect
from ivr.telephony.twilio_rest import TwilioRecordings, TwilioSms, TwilioTelephone

AT_ONCE, POLL_SECONDS = 8, 0.2


def launch(
    engine: sa.Engine,
    settings: Settings,
    provider: Provider,
    telephone: Telephone | None = None,
    recordings: Recordings | None = None,
    bell: Bell | None = None,
) -> Surroundings:
    """Start running jobs in this process; what they have around them."""
    here = Surroundings(
        engine, settings, provider, lambda conn: now(conn, settings), telephone=telephone, recordings=recordings
    )
    settle(here)
    import_jobs()
    tell_dbos()
    config: DBOSConfig = {
        "name": "ivr",
        "system_database_url": engine.url.render_as_string(hide_password=False),
        "application_version": VERSION,
        "executor_id": f"{socket.gethostname()}-{os.environ.get('FOLLOW_UP_SLOT', '0')}",
        "run_migrations": False,
        "log_level": "WARNING",
        "notification_coalesce_sec": 1.0,  # of messages between workflows, of which there are none: not a hundred looks a second
    }
    listen(DBOS(config=config), bell or Bell(engine))
    take_over("dbos")
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLL_SECONDS, on_conflict="always_update"
    )
    return here


def choose_provider(engine: sa.Engine, settings: Settings) -> Provider:
    """The lab keeps texts to itself; otherwise Twilio sends them."""
    if settings.lab:
        return lab_provider(engine, settings)
    return TwilioSms(settings)


def main() -> None:
    """Run until told to stop; what is running then is finished by the next start."""
    prepare_logs()
    settings = Settings.load()
    engine = connect(settings.database_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    provider, telephone, recordings = (
        choose_provider(engine, settings),
        TwilioTelephone(settings),
        TwilioRecordings(settings),
    )
    bell = Bell(engine)
    rounds.begin(launch(engine, settings, provider, telephone, recordings, bell), bell, stop)
    logger("worker").info("follow-ups run", at_once=AT_ONCE)
    stop.wait()
    DBOS.destroy(workflow_completion_timeout_sec=3)


if __name__ == "__main__":
    main()
