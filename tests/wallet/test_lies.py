"""Well-formed answers that must not be accepted: fields of another type, another account, another time."""

from __future__ import annotations

import json

import pytest

from ivr.engine.errors import Unavailable
from tests.wallet.misbehaving import ACCOUNT, ASKED, DISPUTE, FROZEN, GOOD, PAYMENT, TOP_UP, answering, done, outcome
from tests.wallet.serving import served


@pytest.mark.parametrize("name", ASKED)
def test_a_good_answer_is_believed(name):
    """So that what follows fails for the fault alone."""
    with served(answering(GOOD[name])) as url:
        found, _ = outcome(name, url)
    assert found is not Unavailable and (found or found == [])


def damaged(value):
    """Each part of a document in turn: gone, of another type, or null where it must not be."""
    if isinstance(value, list):
        yield from ([other] for one in value for other in damaged(one))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            yield value | {name: [inner]}
            yield from (value | {name: other} for other in damaged(inner))
    elif isinstance(value, bool):
        yield from (1, "true", None)
    elif isinstance(value, int):
        yield from (str(value), value + 0.5, None, True)
    elif isinstance(value, str):
        yield from (5, "", None)


NULLABLE = ("mobile", "code", "bank_debited")


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_of_wrong_types_is_no_answer(name):
    """Every field of every answer: missing, in a list, a number for a text, a text for a number, null."""
    documents = list(damaged(GOOD[name]))
    current = [GOOD[name]]
    with served(lambda environ, start: answering(current[0])(environ, start)) as url:
        for current[0] in documents:
            found, _ = outcome(name, url)
            assert found is Unavailable or _only_null(GOOD[name], current[0]), current[0]
    assert len(documents) >= 4


def _only_null(good, damaged):
    """Whether what was damaged is a field that may be null or is optional."""
    text = json.dumps(damaged)
    return any(f'"{name}": null' in text and f'"{name}": null' not in json.dumps(good) for name in NULLABLE)


OTHER = {"id": "K2"}
LATE = {"at": "2027-01-01T00:00:00+08:00"}
LIES = [
    ("find_account", {"account": ACCOUNT | {"wallet": "linfu"}}),
    ("account", ACCOUNT | OTHER),
    ("account", ACCOUNT | {"wallet": "linfu"}),
    ("account", ACCOUNT | {"balance": 10**18}),
    ("top_ups", {"top_ups": [TOP_UP | LATE], "next": None}),
    ("top_ups", {"top_ups": [TOP_UP, TOP_UP | {"at": "2026-11-19T00:00:00+08:00"}], "next": None}),
    ("top_ups", {"top_ups": [TOP_UP | {"at": "2026-11-20T20:15:00"}], "next": None}),
    ("top_ups", {"top_ups": [TOP_UP | {"amount": -1}], "next": None}),
    ("top_ups", {"top_ups": [TOP_UP | {"status": "certainly"}], "next": None}),
    ("top_ups", {"top_ups": [], "next": "U1"}),
    ("transactions", {"transactions": [PAYMENT | LATE], "next": None}),
    ("transactions", {"transactions": [PAYMENT] * 3, "next": None}),
    ("transactions", {"transactions": [PAYMENT, PAYMENT | {"at": "2026-11-20T00:00:00+08:00"}], "next": None}),
    ("transactions", {"transactions": [], "next": "Y1"}),
    ("spending", {"total": 4590, "count": 0}),
    ("freeze", done("freeze", FROZEN, status="accepted")),
    ("freeze", done("freeze", FROZEN, account="K2")),
    ("freeze", done("freeze", FROZEN, key="call-1:9:write:2")),
    ("freeze", done("consent", FROZEN)),
    ("freeze", done("freeze", {"account": "K2", "at": FROZEN["at"]})),
    ("freeze", done("freeze", {"account": "K1"})),
    ("freeze", done("freeze", None)),
    ("unfreeze", done("freeze", FROZEN)),
    ("unfreeze", done("unfreeze", FROZEN, status="accepted")),
    ("unfreeze", done("unfreeze", {"account": "K2", "at": FROZEN["at"]})),
    ("dispute", done("dispute", DISPUTE | {"payment": "Y2"})),
    ("dispute", done("dispute", DISPUTE | {"reason": "duplicate"})),
    ("dispute", done("dispute", DISPUTE, status="failed")),
    ("consent", done("consent", FROZEN | {"push": False})),
    ("consent", done("consent", {"account": "K2", "push": True, "at": FROZEN["at"]})),
]


@pytest.mark.parametrize("name, document", LIES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_success_that_is_a_lie_is_no_success(name, document):
    """Well formed, and about something else, or contradicting itself."""
    with served(answering(document)) as url:
        found, _ = outcome(name, url)
    assert found is Unavailable
