"""`flask line announce` makes, previews and ends an announcement; wrong words, times and scopes are refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.operations.tables import announcements
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read

ZH, EN = (
    "银行系统故障，充值可能延迟，请不要重复充值",
    "top-ups may be late because of a bank outage, please do not repeat them",
)
WORDS = ("line", "announce", "--zh", ZH, "--en", EN)


def rows(database):
    with begin_read(database) as conn:
        return list(conn.execute(sa.select(announcements)))


def test_an_announcement_is_previewed_made_shown_ended_and_audited(typed, database):
    """The preview says what is spoken and for how long, and announces nothing."""
    preview = typed(*WORDS, "--minutes", "30", "--preview")
    assert preview.exit_code == 0 and f"s: {ZH}。" in preview.output and rows(database) == []
    made = typed(*WORDS, "--minutes", "30", "--wallet", "haiyun", "--where", "queue", "--topic", "top-up")
    assert made.exit_code == 0 and "announcement 1, haiyun, in the queue (top-up), until 20" in made.output
    assert "announcement 1, haiyun, in the queue (top-up), until" in typed("line").output
    assert "announcement" not in typed("line", "--wallet", "linfu").output
    assert typed("line", "announce", "--end", "1").output == "announcement 1 has ended\n"
    assert "announcement" not in typed("line").output
    with begin_read(database) as conn:
        acts = list(conn.execute(sa.select(audit_log.c.act, audit_log.c.about, audit_log.c.wallet)))
    assert acts == [("announce", "1", "haiyun"), ("announcement-ended", "1", "")]


@pytest.mark.parametrize(
    "words, says",
    [
        ((*WORDS,), "either --until"),
        ((*WORDS, "--minutes", "5", "--until", "2026-11-30T18:00+08:00"), "either --until"),
        ((*WORDS, "--until", "tomorrow"), "write a time such as"),
        ((*WORDS, "--until", "2026-11-30T18:00"), "add the zone"),
        ((*WORDS, "--until", "2020-11-30T18:00+08:00"), "within seven days"),
        ((*WORDS, "--minutes", "99999"), "within seven days"),
        ((*WORDS, "--minutes", "5", "--topic", "top-up"), "add --where queue"),
        ((*WORDS, "--minutes", "5", "--wallet", "moon"), "no wallet 'moon'"),
        (("line", "announce", "--zh", "拨打12345", "--en", EN, "--minutes", "5"), "numbers in words"),
        (("line", "announce", "--zh", ZH, "--en", "press 1", "--minutes", "5"), "numbers in words"),
        (("line", "announce", "--zh", ZH * 5, "--en", EN, "--minutes", "5"), "at most ninety"),
        (("line", "announce", "--zh", ZH, "--minutes", "5"), "--en is ''"),
        (("line", "announce", "--end", "7"), "no announcement 7 runs"),
        (("line", "announce", "--where", "moon"), "--where"),
    ],
)
def test_a_wrong_announcement_is_refused_in_one_sentence(refused, database, words, says):
    """With exit code 2, and nothing is announced."""
    assert says in refused(*words)
    assert rows(database) == []
