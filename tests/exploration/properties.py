"""What must hold at every place: each property takes the finished graph and yields its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.exploration import charged, deploying, equal, safety, telling, ways, wording
from tests.exploration.finding import Fault
from tests.exploration.graph import Edge, Graph

Property = Callable[[Graph], Iterator[Fault]]
PROPERTIES: dict[str, Property] = {
    "P1 every turn ends in words, in both languages": wording.p1_every_turn_ends_in_words,
    "P2 a person, the main menu and the end from everywhere": ways.p2_no_dead_end,
    "P3 0 is a person in one step": ways.p3_zero_is_a_person,
    "P4-P6 silence or wrong keys only: a person within three turns, no nagging": ways.p4_p5_no_nagging,
    "P6 an entry is asked for again with a reason, and not for ever": ways.p6_an_entry_is_not_asked_for_ever,
    "P7 counters": wording.p7_counters_reset,
    "P8 proof before account data": safety.p8_proof_before_data,
    "P8 nothing comes before its question": telling.p8_nothing_before_its_question,
    "P8 the offer to go on names no task": telling.p8_the_offer_names_no_task,
    "P9 yes before a write, once": safety.p9_yes_before_a_write,
    "P9 what was said is kept, and deleted at a word": safety.p9_what_was_said_is_kept_and_deleted_at_a_word,
    "P9 what has a read-back is read back": ways.p9_what_is_read_back_is_asked,
    "P9 the yes was to the same": safety.p9_the_yes_was_to_the_same,
    "P9 any other case was asked for": telling.p9_a_case_was_asked_for,
    "P9 what is owed is opened unasked": telling.p9_what_is_owed_is_opened,
    "P10 the same turn again is the same turn": equal.p10_the_same_again,
    "G25 a word while the outside is slow changes nothing": equal.a_filler_changes_nothing,
    "P13 one language": wording.p13_one_language,
    "P14, P16 keys mean the same everywhere": wording.p14_p16_keys_mean_the_same,
    "P14 * is one level": ways.p14_back_is_one_level,
    "P14 ** is the main menu": ways.p14_twice_back_is_the_main_menu,
    "P14 **# is the main menu": ways.p14_main_is_the_main_menu,
    "P14 each answer is taken for what it is": telling.p14_each_answer_is_taken_for_what_it_is,
    "P14 the end of a task": ways.p14_the_end_of_a_task,
    "P17 unknown sounds like known": equal.p17_unknown_sounds_like_known,
    "P28 the number that rings proves nothing": equal.p28_the_number_that_rings_proves_nothing,
    "P18 at most three rounds": ways.p18_three_rounds,
    "P19 closed rings nobody": ways.p19_closed_rings_nobody,
    "P19 a switched line leads to no task": telling.p19_a_switched_line,
    "P20 a leg's end is no dead end": telling.p20_one_leg_after_the_other,
    "P21 unavailable is no success": safety.p21_unavailable_is_no_success,
    "P21 what was found is told": telling.p21_what_was_found_is_told,
    "P22 offers only where asked": wording.p22_offers_only_where_asked,
    "P23 the same in English": equal.p23_the_same_in_english,
    "P27 nothing needs a # alone in an entry": wording.p27_nothing_needs_a_pound_alone,
    "P24 typed ahead is step by step": equal.p24_ahead_is_step_by_step,
    "P24 nothing typed ahead confirms or proves": equal.p24_nothing_ahead_confirms_or_proves,
    "P25 a deployment answers no question that was not heard": (
        deploying.p25_a_deployment_answers_no_question_that_was_not_heard
    ),
    "P24 a key from before its question answers nothing": equal.p24_a_key_from_before_its_question_answers_nothing,
    "P26 who says charged is neither told to try again nor that nothing was charged": charged.p26_charged_is_believed,
    "P26 that nothing was taken is said only where a record proves it": charged.p26_no_debit_is_proved,
    "P26 who says charged is not left without a case": charged.p26_charged_has_a_case,
    "G12 other words at each failure": wording.g12_escalation,
}


def faults(graph: Graph) -> list[Fault]:
    """Every fault; of one kind and place only the one with the shortest call."""
    found: dict[tuple[str, str], Fault] = {}
    for holds in PROPERTIES.values():
        for fault in holds(graph):
            kept = found.setdefault((fault.property, fault.what), fault)
            if _length(graph, fault.edge) < _length(graph, kept.edge):
                found[fault.property, fault.what] = fault
    return sorted(found.values(), key=lambda fault: _length(graph, fault.edge))


def _length(graph: Graph, edge: Edge) -> int:
    return graph.states[edge.source].depth if edge.source >= 0 else 0
