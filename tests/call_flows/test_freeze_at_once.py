"""Two calls write down the freeze of one account at the very same time."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import sqlalchemy as sa

from ivr.cases.freezes import Owner, keep_freeze
from ivr.cases.tables import freezes
from ivr.engine.effects import World
from ivr.engine.secrets import Sealer
from ivr.storage.database import begin_read, begin_write, connect

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
OWNER = Owner("C1", "haiyun", 1)


def test_a_freeze_that_is_not_committed_yet_is_waited_for(database):
    """Each has a transaction of its own; the second one neither writes nor texts again."""
    texts: list[str] = []
    follow_up = SimpleNamespace(send=lambda conn, name: texts.append(name))
    runtime = SimpleNamespace(sealer=Sealer(b"k" * 32), texts=follow_up)

    def keep(conn: sa.Connection, call: str) -> None:
        keep_freeze.run(World(call, f"{call}:1", NOW, 0.0, conn, runtime), OWNER)

    def second() -> None:
        engine = connect(database.url.render_as_string(hide_password=False))
        with begin_write(engine) as conn:
            keep(conn, "CA2")
        engine.dispose()

    other = threading.Thread(target=second)
    with begin_write(database) as conn:
        keep(conn, "CA1")
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join(20)
    with begin_read(database) as conn:
        assert conn.scalars(sa.select(freezes.c.call)).all() == ["CA1"]
    assert len(texts) == 1
