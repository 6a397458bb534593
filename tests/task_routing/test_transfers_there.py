"""A caller whose agent TaskRouter chose, and whom that agent transfers to a person or a topic."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException

from ivr.queue import agents, entries
from ivr.staff.tables import staff
from ivr.storage.database import begin_write
from ivr.talks.operations import Refused, To
from tests.queue.room import ADDRESSES
from tests.talks.talking import Talking
from tests.task_routing.test_task_routing import ASSIGNMENT, EVENTS, sends

TO_WANG = To(person="wang", note="客户要改限额")


@pytest.fixture
def talking(desk) -> Talking:
    """A caller and Lin. Zhao has been free for longest, and Wang takes neither this language nor this topic."""
    made = Talking(desk)
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "wang").values(languages='["en"]', topics="[]"))
    desk.signs_on("zhao")
    desk.worker_there("zhao").idle_since = float("-inf")
    return made


def wishes(desk, name, wish):
    """This agent chooses a state, and TaskRouter is told."""
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, name, wish, desk.now)
    desk.works()


def test_a_caller_who_is_transferred_to_a_person_gets_that_person_with_summary_and_note(talking, desk):
    """Though somebody else has been free longer, and the person takes neither the language nor the topic."""
    talking.does("transfer", TO_WANG)
    desk.settles()
    second = desk.space.tasks[-1]
    assert second.attributes["wanted"] == "wang" and desk.reservations()[-1] == ("wang", "accepted")
    heard = desk.heard(desk.leg_of("wang"))
    assert heard.index("有来电") < heard.index("未验证") < heard.index("客户要改限额")
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "wang")
    assert desk.leg_of("zhao") is None and desk.router.trouble == []
    desk.hangs_up(desk.leg_of("wang"))
    desk.works()
    assert [one.status for one in desk.space.tasks] == ["completed", "completed"]


def test_a_caller_who_is_transferred_to_a_topic_brings_summary_and_note(talking, desk):
    """Whoever takes the topic hears them."""
    talking.does("transfer", To(topic="promotions", note="客户问返现"))
    desk.settles()
    heard = desk.heard(desk.leg_of("zhao"))
    assert heard.index("未验证") < heard.index("客户问返现") and desk.entry(talking.caller).staff == "zhao"


def test_a_person_in_wrap_up_takes_the_caller_at_once(talking, desk):
    """As where the line chooses: Wang's wrap-up is ended for this caller, and for nobody else."""
    with begin_write(desk.worker.engine) as conn:
        agents.wrap_up(conn, "wang", desk.now)
    desk.works()
    assert desk.there("wang") == "Pause"
    talking.does("transfer", TO_WANG)
    desk.works()
    assert desk.entry(talking.caller).staff == "wang" and desk.reservations()[-1] == ("wang", "accepted")


@pytest.mark.parametrize("gone", ["break", "offline"])
def test_a_person_who_is_gone_is_waited_for_a_minute_and_then_anybody_is_rung(talking, desk, gone):
    """The caller is not left waiting for somebody who went home."""
    wishes(desk, "wang", gone)
    talking.does("transfer", TO_WANG)
    desk.waits(30)
    assert desk.entry(talking.caller).status == "queued" and desk.leg_of("zhao") is None
    desk.waits(40)
    desk.works()
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "zhao")


@pytest.mark.parametrize("does, then", [("decline", "Pause"), ("no-answer", "Missed"), ("keys:", "Pause")])
def test_a_person_who_does_not_take_the_caller_is_followed_by_anybody_after_the_minute(talking, desk, does, then):
    """TaskRouter keeps the caller for that person so long; a person who declined is asked once more meanwhile."""
    desk.does[ADDRESSES["wang"]] = does
    talking.does("transfer", TO_WANG)
    desk.works()
    assert desk.reservations()[-1] == ("wang", "rejected") and desk.there("wang") == then
    assert desk.entry(talking.caller).status == "queued" and desk.leg_of("zhao") is None
    desk.waits(30)
    desk.works()
    tries = [name for name, _ in desk.reservations() if name == "wang"]
    assert len(tries) == (1 if does == "no-answer" else 2)
    desk.waits(40)
    desk.works()
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "zhao")


def test_a_reservation_of_that_person_that_times_out_loses_nobody(talking, desk):
    """Wang picked up, listens to the announcement, and never decides."""
    desk.does[ADDRESSES["wang"]] = "person"
    talking.does("transfer", TO_WANG)
    desk.settles()
    desk.space.reservations[-1].made -= 1000
    desk.router.look()
    assert desk.reservations()[-1] == ("wang", "timeout") and desk.activity("wang") == "missed"
    desk.waits(70)
    desk.works()
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "zhao")


def test_a_caller_who_hangs_up_on_the_way_to_that_person_cancels_the_task(talking, desk):
    """The telephone stops, it is no miss, and the wait after a talk is not counted as hung up."""
    desk.does[ADDRESSES["wang"]] = "person"
    talking.does("transfer", TO_WANG)
    desk.settles()
    leg = desk.leg_of("wang")
    desk.hangs_up(talking.caller)
    desk.works()
    desk.keys(leg, "1")
    assert [one.status for one in desk.space.tasks] == ["completed", "canceled"]
    assert leg.phone_call.over and desk.activity("wang") == "idle" and desk.there("wang") == "Available"


def test_a_request_that_fails_while_that_person_is_made_available_is_made_again(talking, desk):
    """Fifteen seconds later; the caller is still kept for them."""
    with begin_write(desk.worker.engine) as conn:
        agents.wrap_up(conn, "wang", desk.now)
    desk.works()
    real, failures = desk.worker.task_routing, []

    class Failing:
        def __getattr__(self, name):
            return getattr(real, name)

        def set_activity(self, worker, activity):
            if worker == "wang" and not failures:
                failures.append(worker)
                raise TwilioRestException(503, "https://taskrouter.twilio.com")
            real.set_activity(worker, activity)

    desk.worker = replace(desk.worker, task_routing=Failing())
    talking.does("transfer", TO_WANG)
    desk.works()
    assert failures == ["wang"] and desk.entry(talking.caller).status == "queued"
    desk.works(16)
    assert desk.entry(talking.caller).staff == "wang"


def cut_off(talking, desk):
    """Lin's browser dies during the talk with the caller."""
    talking.in_a_browser()
    desk.hangs_up(desk.leg_of("lin"))
    desk.works()


def test_a_caller_whose_agent_was_cut_off_is_kept_for_them_and_they_may_rejoin(talking, desk):
    """Nobody is rung by himself: whose browser died would only miss the call."""
    cut_off(talking, desk)
    assert (desk.entry(talking.caller).status, desk.space.tasks[-1].attributes["wanted"]) == ("queued", "lin")
    desk.works(10)
    assert [name for name, _ in desk.reservations()] == ["lin"]
    talking.does("rejoin")
    desk.works()
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "lin")
    assert desk.leg_of("zhao") is None and desk.router.trouble == []


def test_without_rejoin_anybody_gets_the_caller_after_twenty_seconds(talking, desk):
    """At the head, with the time of the first entry; then it is too late for Lin."""
    entered = desk.entry(talking.caller).entered
    cut_off(talking, desk)
    desk.waits(21)
    desk.works()
    assert (desk.entry(talking.caller).status, desk.entry(talking.caller).staff) == ("connected", "zhao")
    assert desk.entry(talking.caller).entered == entered
    with pytest.raises(Refused, match="too-late"):
        talking.asks("rejoin")


def test_notices_twice_and_late_move_the_caller_nowhere(talking, desk):
    """Every assignment and event of both talks again, during the second talk and after it."""
    talking.does("transfer", TO_WANG)
    desk.settles()
    for _time in range(2):
        before = (desk.offers(), desk.entry(talking.caller).staff, len(desk.space.reservations))
        for form in tuple(desk.router.assignments):
            assert sends(desk, ASSIGNMENT, form).status_code == 200
        for _, form in tuple(desk.router.events):
            assert sends(desk, EVENTS, form).status_code == 204
        desk.works().works()
        assert (desk.offers(), desk.entry(talking.caller).staff, len(desk.space.reservations)) == before
        desk.hangs_up(desk.leg_of("wang"))
        desk.works(61)


def test_a_transferred_caller_is_before_everybody_who_waits(talking, desk):
    """By priority, and within one by the age of the call: so does TaskRouter."""
    for name in ("wang", "zhao"):
        wishes(desk, name, "break")
    stolen = desk.calls("+8613900000003")
    talking.does("transfer", To(topic="other"))
    waiting = {one.leg.sid: one.priority for one in desk.space.tasks if one.status == "pending"}
    assert waiting[talking.caller.leg.sid] > waiting[stolen.leg.sid]
    wishes(desk, "zhao", "available")
    assert desk.entry(talking.caller).staff == "zhao" and desk.entry(stolen).status == "queued"


def test_ranks_fit_into_twilios_priorities_and_keep_the_lines_order():
    """The highest is 2,147,483,647; a priority counts more than any age."""
    ages = (
        "2025-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00+00:00",
        "2026-12-01T00:00:00+00:00",
        "2099-01-01T00:00:00+00:00",
    )
    ranks = [entries.rank(priority, age) for priority in range(entries.HEAD, entries.OTHERS + 1) for age in ages]
    assert ranks == sorted(ranks, reverse=True) and ranks[0] < 2**31 and ranks[-1] >= 0
    assert len(set(ranks)) == 15  # what is older than the count is one age
