"""The desk's words: the same in both languages, and there for everything that pages ask for."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

from ivr.cases.cases import PROMISES
from ivr.cases.stages import STAGES
from ivr.desk.call_pages import REASONS
from ivr.desk.card import FIELDS, STORY
from ivr.desk.failures import CARRIER_ERRORS
from ivr.desk.room import PRIORITIES
from ivr.desk.talk_pages import PLAIN, WITH_SOMEBODY
from ivr.desk.words import words
from ivr.follow_up.messages import FAILED
from ivr.handover.whisper import TOPICS
from ivr.operations.announcements import PLACES
from ivr.operations.line_switch import STATES
from ivr.operations.wording import ANNOUNCED, Fault
from ivr.operations.wording import REASONS as REASONS_TOLD
from ivr.queue.agents import Activity, Wish
from ivr.queue.talk_notes import OUTCOMES
from ivr.serving import freezes, matters
from ivr.serving.contact import CALLER, ON_FILE, Arrival
from ivr.serving.context import Reason as ServeReason
from ivr.serving.freezes import PROOFS
from ivr.staff.roles import ROLES
from ivr.staff.roles import TOPICS as STAFF_TOPICS
from ivr.talks import operations
from ivr.talks.operations import Hears, Reason
from ivr.texts.follow_ups import BY_HAND, COMPOSERS
from ivr.wallet.types import DISPUTE_REASONS, DISPUTE_STAGES

DESK = Path(__file__).parents[2] / "ivr" / "desk"
STAFF = DESK.parent / "staff"
LINE_FAULTS = {f"wrong-{fault}" for fault in get_args(Fault) if fault not in REASONS_TOLD}


def serving_source() -> str:
    """What is done for callers, as code."""
    return "".join(path.read_text("utf-8") for path in (DESK.parent / "serving").glob("*.py"))


def test_both_languages_have_the_same_words_with_the_same_values():
    """A name that one lacks would break the page for half of the people."""
    zh, en = words()["zh"], words()["en"]
    assert zh.keys() - en.keys() == set() and en.keys() - zh.keys() <= {
        "why-asked"
    }  # Chinese reasons are whole sentences
    for name in zh:
        assert set(re.findall(r"{(\w+)}", zh[name])) == set(re.findall(r"{(\w+)}", en[name])), name
        assert zh[name].strip() and en[name].strip()


def test_every_word_that_a_page_asks_for_is_there():
    """By its name, and by every value that can be put behind a beginning."""
    pages = "".join(path.read_text("utf-8") for path in [*DESK.rglob("*.html"), *DESK.glob("*.py")])
    asked = set(re.findall(r'\bt\("([a-z-]+[a-z])"', pages)) | set(re.findall(r'return "(password-[a-z]+)"', pages))
    acts = set(
        re.findall(
            r'audit\.record\(\s*conn, [^"\n]*"([a-z-]+)"',
            "".join(path.read_text("utf-8") for path in STAFF.glob("*.py")) + pages,
        )
    )
    acts |= set(re.findall(r'_note\(desk, call, "([a-z-]+)"', pages))
    served = set(re.findall(r'\.record\(\s*conn, "([a-z-]+)"', serving_source()))
    asks_first = (freezes.UNFREEZE, matters.DISPUTE)
    assert serving_source().count("serving.begin(id, ") == len(asks_first)
    acts |= (served := served | {f"{kind}-asked" for kind in asks_first})
    assert len(served) == 10
    talk_acts = set(re.findall(r'_note\(conn, talk, me, "([a-z-]+)"', inspect.getsource(operations)))
    assert len(talk_acts) == 10
    behind = {
        "topic": {*TOPICS, *STAFF_TOPICS, "none"},
        "outcome": {"transferred", "callback", "case", "resolved", "abandoned", "over", "going-on"},
        "level": {"L0", "L1", "L2", "L3"},
        "role": ROLES,
        "field": FIELDS,
        "story": STORY,
        "reason": REASONS,
        "stage": {*STAGES, *DISPUTE_STAGES},
        "kind": {*PROMISES, *DISPUTE_REASONS, "reference", "call", "tail", "number", "nothing"},
        "speaks": {"zh", "en", "both"},
        "served": {"proof", "unfreeze", "note", "stage", "case", "dispute", "text", "callback"},
        "proof": PROOFS,
        "text": BY_HAND,
        "arrival": get_args(Arrival),
        "number": {CALLER, ON_FILE},
        "unserved": {*get_args(ServeReason)} - {"form"},
        "activity": get_args(Activity),
        "wish": get_args(Wish),
        "talk": OUTCOMES,
        "wall": {
            "callbacks-open",
            "callbacks-due",
            "callbacks-by-hand",
            "promises-overdue",
            "texts-failed",
            "deliveries-failed",
        },
        "note": {"missed", "wrap-up", "unreachable"},
        "priority": PRIORITIES.values(),
        "verified-by": {"pin", "text"},
        "wrong": {"id", "name", "role", "wallets", "languages", "topics", "address"},
        "sign-in": {"wrong", "limit", "no-code"},
        "line": {*STATES, *(f"{act}-{state}" for act in ("then", "do") for state in STATES), *LINE_FAULTS},
        "line-wrong-reason": REASONS_TOLD,
        "line-wrong-text": ANNOUNCED,
        "place": PLACES,
        "sent": COMPOSERS,
        "unsent": FAILED,
        "carrier": {*map(str, CARRIER_ERRORS), "other"},
        "code": {"wrong", "limit"},
        "retype": {"wrong", "limit"},
        "act": acts | talk_acts,
        "do": {*PLAIN, *WITH_SOMEBODY, "choose"},
        "hears": get_args(Hears),
        "supervise": {*get_args(Hears), "stop"},
        "refused": {*get_args(Reason)} - {"no-talk"},
    }
    asked |= {f"{kind}-{name}" for kind, names in behind.items() for name in names}
    assert len(acts) > 12 and len(asked) > 150
    assert asked - words()["en"].keys() == set()


def test_no_word_is_left_over():
    """What no page asks for is not translated either."""
    pages = "".join(path.read_text("utf-8") for path in [*DESK.rglob("*.html"), *DESK.glob("*.py")])
    prefixes = set(re.findall(r'(?:t\("|label\(")([a-z-]+?)-?"', pages)) | {
        "speaks",
        "topic",
        "kind",
        "field",
        "reason",
        "role",
        "refused",
        "unserved",
    }
    unused = [
        name
        for name in words()["en"]
        if f'"{name}"' not in pages and not any(name.startswith(f"{one}-") for one in prefixes)
    ]
    assert unused == []
