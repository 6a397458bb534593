"""What silence and wrong keys lead to: three times calm words, then a person."""

from __future__ import annotations

import pytest

from ivr.checks import speech_timeline
from tests.call_flows.line import BORROWED, HAIYUN
from tests.call_flows.places import (
    GAVE_UP,
    MAIN_MENU,
    NIGHT,
    STILL_SILENT,
    TAKE_YOUR_TIME,
    UNUSABLE_1,
    UNUSABLE_2,
    WRONG_1,
    WRONG_2,
    gather_of,
)

requirement = pytest.mark.requirement


@requirement("R23")
def test_three_silences_are_met_with_patience_then_a_question_then_a_person(at_menu):
    """Three different wordings; the first is no reproach, and the last is no hang-up."""
    at_menu.waits().is_told(*TAKE_YOUR_TIME).is_not_told(*STILL_SILENT)
    assert [option.key for option in at_menu.options] == ["0"]
    at_menu.waits().is_told(*STILL_SILENT).is_not_told(*TAKE_YOUR_TIME)
    keys = [option.key for option in at_menu.options]
    assert keys == ["#"] or "1" in keys, "a short menu is read again, a long one on request"
    at_menu.waits().is_told(*GAVE_UP).is_not_told(*STILL_SILENT)
    assert at_menu.talking_to


@requirement("R23")
def test_three_silences_in_an_entry_lead_to_a_person_as_well(at_entry):
    """Nobody is left alone with an entry."""
    at_entry.waits().is_told(*TAKE_YOUR_TIME)
    at_entry.waits().is_told(*STILL_SILENT)
    at_entry.waits().is_told(*GAVE_UP)
    assert at_entry.talking_to


@requirement("R3", "R23")
def test_whoever_never_presses_a_key_reaches_a_person(caller):
    """From the greeting on, with patience in both languages."""
    caller.dials(HAIYUN, BORROWED).waits().hears("请慢慢来", "Take your time")
    caller.waits().hears("普通话，请按一", "For English, press 2").waits()
    assert caller.talking_to


def test_a_silent_caller_reaches_a_person_within_sixty_seconds(caller):
    """What is said and what is waited for until then, by the model of speech."""
    caller.dials(HAIYUN, BORROWED).waits().waits()
    told = dict.fromkeys(caller.documents)
    assert sum(speech_timeline.length(one) + float(str(gather_of(one).get("timeout"))) for one in told) <= 60


@requirement("R4")
def test_three_silences_at_night_lead_to_a_callback(caller):
    """With nobody there, giving up still is no dead end."""
    caller.line.put("clock", {"now": NIGHT})
    caller.calls().waits().waits().waits().is_told("我们可以给您回电", "We can call you back")
    assert not caller.over


# Wrong keys


@requirement("R23")
def test_three_wrong_keys_are_met_with_help_and_then_a_person(at_menu):
    """Three different wordings, none of them a reproach."""
    at_menu.presses("7").is_told(*WRONG_1).is_not_told(*WRONG_2)
    assert at_menu.options
    at_menu.presses("7").is_told(*WRONG_2).is_not_told(*WRONG_1)
    assert at_menu.options
    at_menu.presses("7").is_told(*GAVE_UP).is_not_told(*WRONG_2)
    assert at_menu.talking_to


@requirement("R23")
def test_three_unusable_entries_are_met_with_help_and_then_a_person(at_entry):
    """The help says how to key, the last word is a person."""
    at_entry.enters("1**1#").is_told(*UNUSABLE_1)
    at_entry.enters("2**2#").is_told(*UNUSABLE_2)
    at_entry.enters("3**3#").is_told(*GAVE_UP)
    assert at_entry.talking_to


@requirement("R23")
def test_silence_and_wrong_keys_are_counted_apart(caller):
    """Two of each are not three of one kind."""
    caller.calls().presses("7").waits().presses("7").waits()
    caller.is_told(*STILL_SILENT)
    assert not caller.rung
    caller.presses("5").is_told("限额与规则", "limits and rules")


@requirement("R23")
def test_a_right_key_forgives_what_went_before(caller):
    """After a success each count begins anew, also on return to the same menu."""
    caller.calls().presses("7").presses("7").waits().waits().presses("5")
    caller.presses("7").is_told(*WRONG_1).presses("7").waits().waits().presses("*")
    caller.is_told(*MAIN_MENU).presses("7").is_told(*WRONG_1).waits().is_told(*TAKE_YOUR_TIME)
    assert not caller.rung


@requirement("R23")
def test_repeating_slower_speech_and_the_other_language_are_no_failures(caller):
    """They neither count nor wipe the count."""
    caller.calls().presses("7").presses("7")
    for key in "##8899":
        caller.presses(key)
    assert not caller.rung
    caller.presses("7").is_told(*GAVE_UP)
