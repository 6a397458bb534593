"""Hold, consultation, transfer and supervision: what each person hears, and that no caller is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.queue import agents
from ivr.staff.tables import staff
from ivr.storage.database import begin_write
from ivr.talks import presence
from ivr.talks.operations import Refused, To
from tests.talks.talking import CHEN

COLLEAGUE = To(person="wang", note="客户要求核对上周的付款")


def test_a_talk_begins_as_a_bridge_that_needs_no_request_to_twilio(talking):
    """Agents on telephones who use no page of the desk take and end calls although Twilio's REST API is down."""
    assert talking.row().mode == "bridged" and talking.inside() == [] and talking.steps() == []
    talking.room.hangs_up(talking.room.leg_of("lin"))
    assert talking.caller.phone_call.over and talking.row().status == "over" and talking.steps() == []


def test_a_caller_on_hold_hears_that_we_are_there_and_comes_back(talking):
    """Both legs move to the conference of this talk's random id, and the sign comes from the notices."""
    talking.does("hold")
    assert talking.inside() == ["caller", "lin"] and talking.legs() == {"caller": "joined, held", "agent": "joined"}
    assert "请稍候" in talking.room.heard(talking.caller) and talking.participant("caller").hold
    assert not talking.participant("lin").ends and not talking.participant("caller").ends
    with pytest.raises(Refused, match="held"):
        talking.asks("hold")
    talking.does("unhold")
    assert talking.legs() == {"caller": "joined", "agent": "joined"} and not talking.participant("caller").hold
    assert talking.acts() == ["talk-held", "talk-unheld"]


def test_the_end_of_a_talk_in_a_conference_is_the_callers_turn(talking):
    """The caller goes on in the flow as after a bridge, and the agent has the wrap-up."""
    talking.does("hold")
    talking.does("unhold")
    talking.does("end")
    assert talking.inside() == [] and talking.room.activity("lin") == "wrap-up"
    assert talking.caller.phone_call.over and talking.room.entry(talking.caller).outcome == "answered"


def test_a_colleague_is_consulted_and_takes_the_caller_over(talking):
    """The caller is on hold; the colleague accepts by key 1 and hears summary and note; then the first agent is out."""
    talking.does("consult", COLLEAGUE)
    wang = talking.room.leg_of("wang")
    assert talking.inside() == ["caller", "lin", "wang"] and talking.legs("caller") == {"caller": "joined, held"}
    assert "未验证" in talking.room.heard(wang) and "核对上周的付款" in talking.room.heard(wang)
    assert talking.room.activity("wang") == "talking"
    talking.does("complete")
    assert talking.inside() == ["caller", "wang"] and not talking.participant("caller").hold
    assert talking.row().staff == "wang" and talking.room.entry(talking.caller).staff == "wang"
    assert (talking.room.activity("lin"), talking.room.activity("wang")) == ("wrap-up", "talking")
    with pytest.raises(Refused, match="no-talk"):
        talking.asks("hold")
    talking.room.hangs_up(wang)
    talking.room.works()
    assert talking.caller.phone_call.over and talking.room.activity("wang") == "wrap-up"
    assert talking.room.entry(talking.caller).outcome == "answered"


def test_a_consultation_that_is_cancelled_brings_the_caller_back(talking):
    """The colleague is hung up and free; the two talk on."""
    talking.does("consult", COLLEAGUE)
    talking.does("cancel")
    assert talking.inside() == ["caller", "lin"] and not talking.participant("caller").hold
    assert talking.room.activity("lin") == "talking" and talking.room.leg_of("wang").phone_call.over


@pytest.mark.parametrize("does, then", [("decline", "idle"), ("no-answer", "missed"), ("keys:", "idle")])
def test_a_colleague_who_does_not_come_leaves_the_agent_with_the_caller(talking, does, then):
    """A mailbox hears nothing personal; the agent may take the caller back."""
    talking.room.does["+12025550182"] = does
    talking.does("consult", COLLEAGUE)
    assert "未验证" not in talking.room.heard(talking.room.leg_of("wang"))
    assert talking.inside() == ["caller", "lin"] and talking.room.activity("wang") == then
    with pytest.raises(Refused, match="not-answered"):
        talking.asks("complete")
    talking.does("unhold")
    assert talking.legs("caller") == {"caller": "joined"}


@pytest.mark.parametrize("first", ["hold", None], ids=["from hold", "from the bridge"])
@pytest.mark.parametrize("to", [To(person="wang", note="已经核实"), To(topic="security", note="已经核实")])
def test_a_caller_who_is_transferred_goes_to_the_head_of_the_queue_with_the_note(talking, first, to):
    """With the time of the first entry, and nobody is asked twice: the next agent hears summary and note."""
    entered = talking.room.entry(talking.caller).entered
    if first:
        talking.does(first)
    talking.does("transfer", to)
    entry = talking.room.entry(talking.caller)
    assert (entry.status, entry.priority, entry.entered) == ("queued", -1, entered)
    assert "您排在第一位" in talking.room.heard(talking.caller) and talking.room.activity("lin") == "wrap-up"
    talking.room.works()
    assert talking.room.entry(talking.caller).staff == "wang" and talking.row().id != talking.id
    assert "已经核实" in talking.room.heard(talking.room.leg_of("wang")) and talking.row().mode == "bridged"


@pytest.mark.parametrize("does", ["decline", "no-answer"])
def test_a_person_who_does_not_take_a_transferred_caller_is_not_waited_for(talking, does):
    """Nor rung again at once: the next agent is."""
    talking.room.does["+12025550182"] = does
    talking.room.signs_on("zhao")
    talking.does("transfer", To(person="wang"))
    talking.room.works().works()
    assert talking.room.entry(talking.caller).staff == "zhao"
    assert [one.staff for one in talking.room.offers()] == ["lin", "wang", "zhao"]


def test_an_agent_in_a_browser_who_is_cut_off_may_rejoin_within_twenty_seconds(talking):
    """The caller hears "one moment" and is kept for them; then the head of the queue is anybody's."""
    talking.cuts_off()
    entry = talking.room.entry(talking.caller)
    assert (entry.status, entry.priority) == ("queued", -1) and "您排在第一位" in talking.room.heard(talking.caller)
    talking.room.works(10)
    assert talking.room.entry(talking.caller).status == "queued"
    talking.does("rejoin")
    assert talking.room.entry(talking.caller).staff == "lin" and talking.row().id != talking.id
    assert talking.room.entry(talking.caller).status == "connected"


def test_without_rejoin_the_caller_is_the_first_in_the_queue(talking):
    """For whoever is free, after twenty seconds; and then it is too late to rejoin."""
    later = talking.room.calls("+8613900000002")
    talking.cuts_off()
    talking.room.does["+12025550182"] = "accept"
    talking.room.works(21)
    assert talking.room.entry(talking.caller).staff == "wang" and talking.room.entry(later).status == "queued"
    with pytest.raises(Refused, match="too-late"):
        talking.asks("rejoin")


@pytest.mark.parametrize("first", ["hold", None], ids=["from hold", "from the bridge"])
def test_the_end_chosen_at_the_desk_is_no_cut(talking, first):
    """An agent in a browser who ends the talk ends it: the caller goes on in the flow."""
    talking.in_a_browser()
    if first:
        talking.does(first)
    talking.does("end")
    assert talking.caller.phone_call.over and talking.room.entry(talking.caller).outcome == "answered"


def test_a_supervisor_listens_whispers_and_joins(talking):
    """Muted, heard by the agent only, heard by both; in the audit log before the telephone rings; hold still works."""
    talking.room.does[CHEN.address] = "accept"
    talking.asks("supervise", "listen", who=CHEN)
    assert talking.acts() == ["talk-supervised"] and talking.legs("supervisor") == {"supervisor": "ringing"}
    talking.room.works()
    assert talking.inside() == ["caller", "chen", "lin"] and talking.participant("chen").muted
    assert "未验证" not in talking.room.heard(talking.room.simulator.runner.find(talking.leg("supervisor").call)[0])
    talking.does("supervise", "whisper", who=CHEN)
    assert talking.participant("chen").coaching == talking.leg("agent").call and not talking.participant("chen").muted
    talking.does("supervise", "join", who=CHEN)
    assert not talking.participant("chen").coaching and not talking.participant("chen").muted
    talking.does("hold")
    assert talking.legs() == {"caller": "joined, held", "agent": "joined", "supervisor": "joined"}
    talking.does("stop_supervising", who=CHEN)
    assert talking.inside() == ["caller", "lin"] and talking.legs("supervisor") == {"supervisor": "left"}


def test_a_supervisor_whose_telephone_dies_is_no_sign_any_more(talking):
    """By the notice, whatever was pressed."""
    talking.room.does[CHEN.address] = "accept"
    talking.does("supervise", "join", who=CHEN)
    talking.room.hangs_up(talking.room.simulator.runner.find(talking.leg("supervisor").call)[0])
    assert talking.legs("supervisor") == {"supervisor": "left"} and talking.inside() == ["caller", "lin"]


@pytest.mark.parametrize("hears", ["listen", "join"])
def test_a_supervisor_has_no_wrap_up_after_the_talk_of_another(talking, hears):
    """They have nothing to write; one who takes calls is rung again at once."""
    with begin_write(talking.room.worker.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "wang").values(role="supervisor"))
    wang = replace(talking.person("wang"), role="supervisor")
    talking.does("supervise", hears, who=wang)
    assert talking.room.activity("wang") == "talking"
    talking.room.hangs_up(talking.caller)
    talking.room.works()
    assert (talking.room.activity("lin"), talking.room.activity("wang")) == ("wrap-up", "idle")


@pytest.mark.parametrize("wish, then", [("break", "break"), ("offline", "offline")])
def test_a_colleague_who_leaves_while_being_consulted_is_not_rung_any_more(talking, wish, then):
    """The telephone stops, the agent sees it at once and may ask somebody else, and it is no miss."""
    talking.room.does["+12025550182"] = "person"
    talking.does("consult", COLLEAGUE)
    leg = talking.room.leg_of("wang")
    assert not leg.phone_call.over and talking.legs("consulted") == {"consulted": "ringing"}
    with begin_write(talking.room.worker.engine) as conn:
        presence.choose(conn, "wang", wish, talking.room.now)
    assert talking.legs("consulted") == {"consulted": "left"} and talking.room.activity("wang") == then
    talking.room.works()
    assert leg.phone_call.over and talking.inside() == ["caller", "lin"]
    talking.does("unhold")
    assert talking.legs("caller") == {"caller": "joined"}


def test_only_supervisors_of_the_wallet_supervise_and_only_the_agent_acts(talking):
    """An agent, a supervisor of another wallet and another agent are refused, and nothing is written."""
    other = CHEN.__class__("chen", "Chen", "supervisor", ("linfu",), address=CHEN.address)
    for name, given, who in (
        ("supervise", ("listen",), "wang"),
        ("supervise", ("listen",), other),
        ("hold", (), "wang"),
        ("transfer", (To(topic="security"),), "wang"),
        ("end", (), CHEN),
    ):
        with pytest.raises(Refused, match="no-talk"):
            talking.asks(name, *given, who=who)
    assert talking.acts() == [] and talking.steps() == []


@pytest.mark.parametrize("held", [False, True], ids=["talking", "held"])
@pytest.mark.parametrize(
    "leaves, parties", [("caller", 2), ("caller", 3), ("lin", 2), ("lin", 3), ("wang", 3)], ids=str
)
def test_who_leaves_and_who_stays(talking, leaves, held, parties):
    """The last agent cannot leave a held caller behind; a colleague who is there takes over; the caller ends it all."""
    talking.does("hold")
    if parties == 3:
        talking.does("consult", COLLEAGUE)
    if not held:
        talking.does("unhold")
    gone = talking.caller if leaves == "caller" else talking.room.leg_of(leaves)
    talking.room.hangs_up(gone)
    talking.room.works()
    entry, inside = talking.room.entry(talking.caller), talking.inside()
    if leaves == "caller":
        assert inside == [] and entry.status == "over" and talking.room.activity("lin") == "wrap-up"
        assert talking.room.activity("wang") in ("idle", "wrap-up")
    elif leaves == "wang":
        assert inside == ["caller", "lin"] and talking.participant("caller").hold is held
    elif parties == 3:
        assert inside == ["caller", "wang"] and not talking.participant("caller").hold
    elif held:
        assert inside == [] and (entry.status, entry.priority) == ("queued", -1)
        assert "您排在第一位" in talking.room.heard(talking.caller)
    else:
        assert inside == [] and entry.outcome == "answered" and talking.caller.phone_call.over


def test_a_supervisor_who_listens_is_not_rung_for_the_queue(talking):
    """They may take calls themselves; and one who is on a call cannot listen to another."""
    with begin_write(talking.room.worker.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "wang").values(role="supervisor"))
    wang = replace(talking.person("wang"), role="supervisor")
    talking.does("supervise", "listen", who=wang)
    assert talking.inside() == ["caller", "lin", "wang"] and talking.room.activity("wang") == "talking"
    other = talking.room.calls("+8613900000002")
    talking.room.works().works(30)
    assert talking.room.entry(other).status == "queued"
    talking.does("stop_supervising", who=wang)
    assert talking.inside() == ["caller", "lin"] and talking.room.activity("wang") != "talking"
    with begin_write(talking.room.worker.engine) as conn:
        agents.wish(conn, "wang", "available", talking.room.now)
    talking.room.works()
    assert talking.room.entry(other).staff == "wang"
    with pytest.raises(Refused, match="engaged"):
        talking.asks("supervise", "listen", who=wang)
