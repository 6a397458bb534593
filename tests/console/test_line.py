"""`flask line` switches the line; the stricter of two switches holds."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ivr.operations.line_switch import STATES, LineState, line_state, switch
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read, begin_write

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ZH, EN = "系统正在维护", "we are doing maintenance"


def holds(database, wallet):
    with begin_read(database) as conn:
        return line_state(conn, wallet)


def test_a_line_that_was_never_switched_is_open(database):
    """For every wallet, known or not."""
    assert holds(database, "haiyun") == holds(database, None) == LineState("open", None, None)


@pytest.mark.parametrize("all_of_them, own", [*itertools.product(STATES, STATES)])
def test_the_stricter_of_two_switches_holds(database, all_of_them, own):
    """Whichever was switched last; another wallet hears of neither."""
    for order in ((None, "haiyun"), ("haiyun", None)):
        for wallet in order:
            with begin_write(database) as conn:
                switch(conn, all_of_them if wallet is None else own, wallet, None, NOW)
        strictest = max(all_of_them, own, key=STATES.index)
        assert holds(database, "haiyun").state == strictest
        assert holds(database, "linfu").state == all_of_them


def test_the_newest_switch_counts_with_its_reason_and_time(typed, database):
    """From the next look on."""
    shown = typed("line", "closed", "--wallet", "haiyun", "--reason-zh", ZH, "--reason-en", EN)
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("haiyun: closed since 20") and f": {ZH} / {EN}" in shown.output
    assert holds(database, "haiyun").reason == {"zh": ZH, "en": EN}
    assert typed("line", "open", "--wallet", "haiyun").output.startswith("haiyun: open since")
    assert holds(database, "haiyun").reason is None


def test_a_switch_is_in_the_audit_log(typed, database):
    """With its reason, whether it is of one wallet or of all of them; looking at the line is not."""
    typed("line", "closed", "--wallet", "haiyun", "--reason-zh", ZH, "--reason-en", EN)
    typed("line", "person")
    typed("line")
    with begin_read(database) as conn:
        found = [(row.act, row.about, row.wallet, ZH in row.details) for row in conn.execute(sa.select(audit_log))]
    assert found == [("line-switched", "haiyun", "haiyun", True), ("line-switched", "all", "", False)]


def test_a_switch_that_the_other_one_overrules_says_so_and_what_to_type(typed):
    """Exit code 1: whoever opened the line reads that it is not open, and by which switch; then what was named opens
    it.
    """
    typed("line", "closed", "--wallet", "haiyun")
    opened = typed("line", "open")
    haiyun, linfu = opened.output.splitlines()
    assert (opened.exit_code, linfu.split(" since")[0]) == (1, "linfu: open")
    assert haiyun.startswith("haiyun: closed since") and ", by its own switch" in haiyun
    assert haiyun.endswith("that switch was not touched, and is the stricter one: flask line open --wallet haiyun")
    opened = typed("line", "open", "--wallet", "haiyun")
    assert opened.exit_code == 0 and "stricter" not in opened.output
    typed("line", "closed")
    opened = typed("line", "open", "--wallet", "haiyun")
    assert opened.exit_code == 1 and ", by the switch for all wallets" in opened.output
    assert opened.output.endswith("the stricter one: flask line open\n")
    opened = typed("line", "open")
    assert opened.exit_code == 0 and "stricter" not in opened.output


def test_put_through_by_one_switch_and_closed_by_the_other_is_closed_and_says_so(typed):
    """In both directions, and when it is only looked at."""
    typed("line", "closed", "--wallet", "linfu")
    milder = typed("line", "person")
    assert milder.exit_code == 1 and "flask line person --wallet linfu" in milder.output
    assert [line.split(", by ")[1] for line in typed("line").output.splitlines()] == [
        "the switch for all wallets",
        "its own switch",
    ]
    stricter = typed("line", "closed")
    assert stricter.exit_code == 0 and "stricter" not in stricter.output


def test_the_reason_is_that_of_the_switch_that_holds(typed, database):
    """All are put through, one wallet is closed for another reason."""
    typed("line", "person", "--reason-zh", "来电很多", "--reason-en", "many people are calling")
    typed("line", "closed", "--wallet", "linfu", "--reason-zh", ZH, "--reason-en", EN)
    assert holds(database, "haiyun").reason["zh"] == "来电很多"
    assert holds(database, "linfu").reason["zh"] == ZH


def test_without_a_state_every_wallet_is_shown(typed):
    """Nothing is switched."""
    typed("line", "person")
    lines = typed("line").output.splitlines()
    assert [line.split(" since")[0] for line in lines] == ["haiyun: person", "linfu: person"]


@pytest.mark.parametrize(
    "words, says",
    [
        (["shut"], "open, person, closed, and not 'shut'"),
        (["OPEN"], "and not 'OPEN'"),
        (["closed", "--wallet", "moon"], "no wallet 'moon'; there is haiyun, linfu"),
        (["closed", "--wallet", ""], "no wallet ''"),
        (["closed", "--reason-zh", ZH], "--reason-en is ''"),
        (["closed", "--reason-en", EN], "--reason-zh is ''"),
        (["closed", "--reason-zh", "维护到 8 点", "--reason-en", EN], "numbers in words"),
        (["closed", "--reason-zh", ZH, "--reason-en", "until 8"], "numbers in words"),
        (["closed", "--reason-zh", "<Hangup/>", "--reason-en", EN], "--reason-zh is '<Hangup/>'"),
        (["closed", "--reason-zh", ZH * 20, "--reason-en", EN], "at most sixty"),
        (["open", "--reason-zh", ZH, "--reason-en", EN], "leave it out here"),
        (["--reason-zh", ZH, "--reason-en", EN], "leave it out here"),
        (["closed", "now"], "unexpected extra argument"),
        (["--all"], "No such option"),
    ],
)
def test_a_wrong_switch_changes_nothing_and_is_refused_in_one_sentence(refused, database, words, says):
    """With exit code 2."""
    assert says in refused("line", *words)
    assert holds(database, "haiyun").state == "open"
