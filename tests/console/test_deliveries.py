"""`flask deliveries` shows what did not arrive, and sends it again."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr import console
from ivr.follow_up.tables import deliveries
from ivr.storage.database import begin_read, begin_write

AT = "2026-11-23T02:00:00.000000+00:00"


@pytest.fixture
def three(database):
    """One that arrived, one that is dead, one that waits."""
    rows = [
        ("1:case.opened", "delivered", "200", 1),
        ("2:case.opened", "dead", "422", 1),
        ("3:case.opened", "queued", "503", 4),
    ]
    with begin_write(database) as conn:
        for key, status, answer, tries in rows:
            row = {"id": key, "status": status, "answer": answer, "tries": tries, "at": AT, "since": AT, "next": AT}
            conn.execute(sa.insert(deliveries).values(body="{}", **row))


def test_what_did_not_arrive_is_listed_with_its_last_answer(typed, three):
    """Dead ones first."""
    shown = typed("deliveries")
    assert shown.exit_code == 0
    assert shown.output.splitlines() == [
        "1 delivered, 1 queued, 1 dead",
        "dead   2:case.opened  since 2026-11-23T02:00:00Z, 1 try, last answer 422",
        "queued 3:case.opened  since 2026-11-23T02:00:00Z, 4 tries, last answer 503, next try 2026-11-23T02:00:00Z",
    ]


def test_nothing_to_list(typed):
    """Is said, too."""
    assert typed("deliveries").output == "0 delivered, 0 queued, 0 dead\n"


@pytest.mark.parametrize("key", ["2:case.opened", "3:case.opened"])
def test_a_dead_or_waiting_one_is_made_due_with_a_new_day_before_it(database, typed, three, key):
    """What it was tried before is still counted."""
    assert typed("deliveries", "resend", key).output == f"{key} is due at once\n"
    with begin_read(database) as conn:
        row = conn.execute(sa.select(deliveries).where(deliveries.c.id == key)).one()
    assert (row.status, row.since, row.next) == ("queued", None, None) and row.tries > 0


@pytest.mark.parametrize(
    "words, says",
    [
        (["resend", "1:case.opened"], "was delivered"),
        (["resend", "9:case.opened"], "no delivery '9:case.opened'"),
        (["resend", ""], "no delivery ''"),
        (["resend"], "Missing argument 'ID'"),
        (["resend", "a", "b"], "unexpected extra argument"),
        (["send"], "No such command 'send'"),
        (["--all"], "No such option"),
    ],
)
def test_what_cannot_be_sent_again_is_refused_in_one_sentence(refused, three, words, says):
    """With exit code 2."""
    assert says in refused("deliveries", *words)


def test_a_database_that_was_never_migrated_is_named(live, tmp_path):
    """Not a traceback."""
    cli = click.Group()
    console.add_commands(cli, lambda: replace(live, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    for words in (["deliveries"], ["deliveries", "resend", "1"], ["line"], ["line", "closed"]):
        failed = CliRunner().invoke(cli, words)
        assert failed.exit_code == 2 and "did you run make migrate?" in failed.output
