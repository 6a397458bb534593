"""What is proved by a test and not by the graph: each property and goal with the test that proves it."""

from __future__ import annotations

ENGINE, WEB, FLOWS = "tests/engine/test_turns.py", "tests/web", "tests/call_flows"
LINTED = "tests/gate/test_prompts.py::test_every_prompt_of_the_line_keeps_the_rules"

PROPERTIES_ELSEWHERE = {
    "P10 a turn that comes twice: the same document, effects once": f"{ENGINE}"
    "::test_a_repeated_turn_changes_nothing_and_says_the_same",
    "P10 eight at once: one answer, one effect": f"{ENGINE}"
    "::test_eight_posts_of_one_turn_at_once_have_one_answer_and_one_effect",
    "P11 an older turn gets its stored reply and does nothing": f"{WEB}"
    "/test_signatures.py::test_a_replayed_request_gets_the_stored_reply_and_changes_nothing",
    "P12 after a hang-up nothing is played": f"{WEB}/test_notices.py::test_a_turn_sent_after_the_end_is_not_played",
    "P12 after a hang-up nothing is filed": f"{FLOWS}/test_dispute.py::test_who_hangs_up_or_says_no_has_filed_nothing",
    "P18 tries at a freeze are counted across calls": f"{FLOWS}"
    "/test_freeze.py::test_tries_are_counted_over_the_whole_call",
    "P24 entries typed ahead": f"{FLOWS}/test_type_ahead.py::test_entries_can_be_typed_ahead_with_their_pound",
}
GOALS_ELSEWHERE = {
    "G11 the third failure leads to a person": "properties P4-P6",
    "G12 other words at each failure": "property G12",
    "G15 label before key; G16 keys from 1 without a gap": LINTED,
    "G16 keys mean the same everywhere": "property P14, P16",
    "G17 no dead end": "property P2",
    "G18 every prompt in both languages": LINTED,
    "G19 a yes before an act, to what was read back": "property P9",
    "G20 a webhook that comes twice changes nothing": f"{ENGINE}"
    "::test_a_repeated_turn_changes_nothing_and_says_the_same",
    "G21 no secret anywhere": "tests/test_canary.py::test_no_secret_is_found_anywhere_after_it_was_keyed",
    "G22 unknown, wrong and locked sound the same": "property P17",
    "G23 a promise has its days and its date": f"{FLOWS}"
    "/test_case_status.py::test_a_reference_tells_the_stage_and_the_promised_date",
    "G24 only offers that are on, and only where asked": "property P22",
    "G25 how long a turn takes": "`make bench`",
    "G28 whisper of at most 12 s": f"{FLOWS}/test_agent.py::test_the_longest_whisper_is_short_enough",
    "G28 a whole summary": f"{FLOWS}/test_summary.py::test_everything_that_was_entered_is_written_in_both_languages",
    "G31 zh:en between 0.65 and 1.5; G32 short sentences, no jargon": LINTED,
    "G34 a whole task typed ahead": f"{FLOWS}/test_type_ahead.py::test_a_whole_task_can_be_typed_ahead",
}
