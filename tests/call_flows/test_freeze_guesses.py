"""The freeze does not reveal a document's digits, is never blocked for the owner, and reports attempts to the owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.cases.freezes import DECIDES_WITHIN
from ivr.follow_up.tables import messages
from ivr.storage.database import begin_read
from ivr.wiring.lab_or_live import make_text_provider
from tests.call_flows.line import DANA, LIN, OMAR, Caller, Line, Person
from tests.call_flows.test_freeze import FROZEN, SURE, gives, status, texts_to, wants_a_freeze
from tests.follow_up.outboxes import send_due
from tests.follow_up.texted import worker_context

requirement = pytest.mark.requirement
LINS = "+8619900000051"
IF_RIGHT = ("信息一致的话，账户已经冻结", "If those details match, the account is frozen now")


def guesses(line: Line, number: str, tries: int) -> None:
    """So many wrong tails at one account, by as many callers."""
    for place in range(tries):
        prober = wants_a_freeze(Caller(line, "en", repeat=False).calls(from_=f"+861391111{place:04d}"))
        gives(prober, Person(number, f"11{place:04d}")).hangs_up()


def after_ten_minutes(line: Line) -> list[str]:
    """Texts to Lin when whoever proved something has had time to decide."""
    here = worker_context(line, None)
    later = datetime.now(UTC) + DECIDES_WITHIN + timedelta(minutes=1)
    send_due(replace(here, provider=make_text_provider(here.engine, line.settings), machine=lambda: later))
    return [one["body"] for one in line.get("sms") if one["to"] == LINS]


@requirement("R27", "R31")
def test_tries_by_many_callers_do_not_tell_which_tail_is_right(line):
    """After five wrong ones right and wrong sound alike, whatever the caller answers; every account is guessed at
    alike.
    """
    guesses(line, LIN.number, 5)
    heard = []
    for place in range(19):
        person = LIN if place == 7 else Person(LIN.number, f"22{place:04d}")
        prober = wants_a_freeze(Caller(line, "en", repeat=False).calls(from_=f"+861392222{place:04d}"))
        first = gives(prober, person).heard
        heard.append((first, prober.presses("2").heard))
        prober.hangs_up()
    assert len(set(heard)) == 1 and status(line, "K1") == "active"


@requirement("R27", "R31")
@pytest.mark.parametrize("number", [LIN.number, "19911112222"], ids=["an account", "nobody's number"])
def test_a_yes_after_many_guesses_says_nothing_of_the_proof_either(line, number):
    """Frozen if the details were right, in the same words; then it goes on as after any freeze."""
    guesses(line, number, 5)
    wrong = gives(wants_a_freeze(Caller(line, "en").calls(from_="+8613900000021")), Person(number, "999999"))
    wrong.hears(SURE[1]).presses("1").hears(IF_RIGHT[1]).hears("still have your phone")
    assert (status(line, "K1"), line.get("freezes")) == ("active", [])


@requirement("R27", "R31")
@pytest.mark.parametrize("number", [LIN.number, "19911112222"], ids=["an account", "nobody's number"])
@pytest.mark.parametrize("last", ["rings", "keyed"])
def test_guesses_count_alike_whether_the_number_is_keyed_or_rings(line, number, last):
    """Five the one way, and the sixth the other way is told no verdict, whether there is such an account or not."""
    forged, rung = "+86" + number, Person("1", "999999")
    if last == "rings":
        guesses(line, number, 5)
        gives(wants_a_freeze(Caller(line, "en").calls(from_=forged)), rung).hears(SURE[1])
        return
    for tries in (3, 2):
        prober = wants_a_freeze(Caller(line, "en").calls(from_=forged))
        for _ in range(tries):
            gives(prober, rung).hears("details did not match")
        prober.hangs_up()
    gives(wants_a_freeze(Caller(line, "en").calls()), Person(number, "999999")).hears(SURE[1])


@requirement("R27", "R31")
def test_whoever_was_told_no_verdict_is_not_asked_whether_to_be_logged_out(line):
    """Right or wrong: SIM and police, the same words, and no case; a case would be a verdict."""
    guesses(line, LIN.number, 5)
    heard = []
    for person in (LIN, Person(LIN.number, "999999")):
        caller = gives(wants_a_freeze(Caller(line, "en", repeat=False).calls(from_="anonymous")), person)
        caller.presses("1").hears(IF_RIGHT[1]).picks("不是", "no")
        heard.append(caller.hears("block the SIM").does_not_hear("logged out").heard)
        caller.hangs_up()
    assert len(set(heard)) == 1 and line.get("cases") == []


@requirement("R27")
@pytest.mark.parametrize("from_", [LINS, "anonymous", "+8613900000031"])
def test_a_real_freeze_is_never_blocked_by_strangers_who_guessed(caller, from_):
    """From any telephone; the owner has the text that it was done."""
    guesses(caller.line, LIN.number, 12)
    gives(wants_a_freeze(caller.calls(from_=from_)), LIN).is_told(*SURE).presses("1").is_told(*IF_RIGHT)
    assert status(caller.line, "K1") == "frozen"
    assert len(caller.line.get("freezes")) == 1 and "冻结" in texts_to(caller.line, LINS)[-1]
    assert caller.report()["summary"]["level"] == "L1"


@requirement("R27")
def test_after_many_guesses_nobody_hears_how_an_account_stands(line):
    """Frozen or closed: the yes is asked for all the same, and the bank is asked to freeze nothing."""
    line.change_world(lambda world: world["customers"][3].update(status="closed"))
    guesses(line, OMAR.number, 5)
    caller = gives(wants_a_freeze(Caller(line, "en").calls()), OMAR)
    caller.hears(SURE[1]).does_not_hear("is closed").presses("1").hears(IF_RIGHT[1])
    assert line.get("freezes") == []


@requirement("R27")
@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_an_unknown_outcome_is_told_to_everybody_alike(line, mode):
    """Right or wrong: the outcome is unknown, and the call goes to an agent."""
    guesses(line, LIN.number, 5)
    heard = []
    for person in (LIN, Person(LIN.number, "999999")):
        caller = gives(wants_a_freeze(Caller(line, "en", repeat=False).calls(from_="anonymous")), person)
        line.put("wallet", {"mode": mode})
        heard.append(caller.presses("1").heard)
        assert caller.talking_to
        caller.hangs_up()
        line.put("wallet", {"mode": "ok"})
    assert len(set(heard)) == 1 and "I cannot tell whether the account is frozen" in heard[0]


@requirement("R27")
@pytest.mark.parametrize("declines", ["says no", "hangs up"])
def test_the_owner_is_told_of_a_right_proof_after_which_nothing_was_frozen(line, declines):
    """Ten minutes later, once a day, in the owner's language; a number and a tail that were right are no accident."""
    for _ in range(2):
        caller = gives(wants_a_freeze(Caller(line, "en").calls()), LIN)
        caller.presses("2").hangs_up() if declines == "says no" else caller.hangs_up()
    assert texts_to(line, LINS) == []
    (told,) = after_ten_minutes(line)
    assert "随后没有冻结" in told and told.startswith("【海云钱包】")


@requirement("R27")
def test_the_owner_of_an_account_that_was_frozen_has_the_one_text_about_that(line):
    """An attempt without any proof is not reported to the owner."""
    gives(wants_a_freeze(Caller(line, "en").calls()), LIN).presses("1").hears(FROZEN[1])
    gives(wants_a_freeze(Caller(line, "en").calls(from_="+8613900000041")), Person(DANA.number, "111111"))
    texts = after_ten_minutes(line)
    assert len(texts) == 1 and "已按来电要求冻结" in texts[0]
    with begin_read(line.runtime.engine) as conn:
        waiting = conn.scalar(sa.select(sa.func.count()).where(messages.c.status == "queued"))
    assert waiting == 0


OTHER_SPELLINGS = {
    "the number that rings": ("2025550{}#", "1#"),
    "eleven digits": ("2025550{}#", "12025550{}#"),
    "as from abroad": ("12025550{}#", "0012025550{}#"),
}


@requirement("R31")
@pytest.mark.parametrize("first, then", OTHER_SPELLINGS.values(), ids=list(OTHER_SPELLINGS))
def test_another_way_to_write_a_number_does_not_tell_whether_it_has_an_account(line, first, then):
    """After five wrong tails the sixth sounds the same for a customer and for nobody, however the number is keyed."""
    heard = []
    for number in ("151", "100"):
        keyed = [first] * 5 + [then]
        callers = [f"+120255501{place}1" for place in range(2, 7)] + [f"+12025550{number}"]
        for entry, from_ in zip(keyed, callers, strict=True):
            prober = wants_a_freeze(Caller(line, "en", repeat=False).calls(from_=from_))
            heard.append(
                prober.enters(entry.format(number)).enters("999999").heard.replace("one five one", "one zero zero")
            )
            prober.hangs_up()
    assert heard[:6] == heard[6:] and "Shall I freeze" in heard[5]
