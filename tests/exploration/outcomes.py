"""What each effect may answer, as data. An effect that is not here cannot be explored."""

from __future__ import annotations

from typing import Any

from ivr.wallet.reasons import Reason, needs_person

Outcome = tuple[str, str, Any]
"""(label, ok or err, plain result)."""

DAY = "2026-11-23T14:05:00+08:00"
EARLY = "2026-11-23T08:30:00+08:00"
NEXT = "2026-11-24T09:00:00+08:00"
PASSED = "2026-11-20"
BOTH = {"zh": "海云钱包", "en": "Haiyun Wallet"}
NAMED = {"zh": "晨光书店", "en": "Morning Light Books"}
NO_DEBIT = "-no-debit"
"""The end of the id of a record that proves that the bank took nothing."""
DEAD: Outcome = ("unavailable", "err", "Unavailable")


def ok(label: str, plain: Any) -> Outcome:
    """An effect that did what it was asked."""
    return (label, "ok", plain)


def _advice(reason: str, place: int = 1, **more: Any) -> dict[str, Any]:
    ill = needs_person(Reason(reason))
    plain = {"id": f"t{place}", "amount": 6800, "at": DAY, "reason": reason, "channel": "card", "code": None}
    return {**plain, "needs_person": ill, "over": None, "balance": None, "no_debit": False, **more}


def _found(*matches: dict[str, Any], **others: list[dict[str, Any]]) -> dict[str, Any]:
    ways = [{"name": {"zh": "银行转账", "en": "bank transfer"}, "arrival": {"zh": "当天到账", "en": "the same day"}}]
    return {
        "matches": list(matches),
        "other_ways": ways,
        "reversal_days": [1, 3],
        "reversal_unit": "business" if len(matches) < 2 else "calendar",
        **others,
    }


def _paid(
    *reasons: str, payee: Any = BOTH, balance: int | None = None, **others: list[dict[str, Any]]
) -> dict[str, Any]:
    more = {"payee": payee, "balance": balance}
    found = [{**_advice(reason, place), **more} for place, reason in enumerate(reasons, 1)]
    return {
        "matches": [{name: one[name] for name in one if name not in ("channel", "over")} for one in found],
        "reversal_days": [1, 3],
        "reversal_unit": "business" if len(found) < 2 else "calendar",
        **others,
    }


def _apart(found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The first of them in something unlike the others."""
    first, *others = found["matches"]
    return {**found, "matches": [{**first, **more}, *others]}


_PERIOD = {"limit": 500000, "used": 6800, "remaining": 493200, "resets_on": "2026-12-01"}
_OVER = [
    {"name": "single", "limit": 5000},
    *({"name": name, "limit": 5000, "used": 1, "remaining": 4999} for name in ("daily", "monthly", "annual")),
]
_REASONS = [reason.value for reason in Reason if reason is not Reason.NETWORK]
_TOP_UPS = [
    ok("none", _found()),
    *(ok(reason, _found(_advice(reason))) for reason in _REASONS if reason != "wallet-limit"),
    *(
        ok(f"over {over['name']}", _found(_advice("wallet-limit", over=over, left={"name": "daily", **_PERIOD})))
        for over in _OVER
    ),
    ok("balance", _found(_advice("succeeded", balance=12300))),
    ok("two", _found(_advice("succeeded", at=EARLY), _advice("unknown", 2))),
    ok("two of one minute", _found(_advice("succeeded"), _advice("unknown", 2))),
    ok("no debit", _found(_advice("card-expired", id="t1" + NO_DEBIT, no_debit=True))),
    ok("near", _found(near=[_advice("card-expired", 3)], unsettled=[_advice("unknown", 4)])),
    ok("unsettled", _found(unsettled=[_advice("verification", 5, id="t5" + NO_DEBIT, no_debit=True)])),
    DEAD,
]
_PAYMENTS = [
    ok("none", {"matches": [], "reversal_days": [1, 3], "reversal_unit": "business"}),
    *(ok(reason, _paid(reason)) for reason in _REASONS),
    ok("balance", _paid("insufficient-funds", balance=4590)),
    ok("unnamed", _paid("succeeded", payee=None)),
    ok("two", _apart(_paid("succeeded", "unknown"), at=EARLY)),
    ok("two payees", _apart(_paid("succeeded", "unknown"), payee=NAMED)),
    ok("two of one minute", _paid("succeeded", "unknown")),
    ok("near", _paid(near=_paid("generic")["matches"], unsettled=_paid("unknown", payee=None)["matches"])),
    DEAD,
]
_LIKELY_TOP_UPS = [
    ok("none", _found()),
    ok("pending", _found(_advice("unknown"))),
    ok("failed", _found(_advice("insufficient-funds"))),
    ok(
        "two",
        _found(_advice("risk"), _advice("card-expired", id="t2" + NO_DEBIT, no_debit=True)),
    ),
    DEAD,
]
_LIKELY_PAYMENTS = [
    ok("none", _paid()),
    ok("pending", _paid("unknown")),
    ok("failed", _paid("generic", payee=None)),
    ok("two", _paid("risk", "card-expired")),
    DEAD,
]
_OFFER = {"title": BOTH, "condition": BOTH, "starts": "2026-11-01", "ends": "2026-11-30"}
_OFFERS = [
    {**_OFFER, "id": "m1", "audience": "all", "gives": None},
    {**_OFFER, "id": "m2", "audience": "new", "gives": {"kind": "points", "amount": 100}},
    {**_OFFER, "id": "m3", "audience": "existing", "gives": {"kind": "money", "amount": 800}},
]


def _reward(state: str, missing: int | None = 2000, day: str | None = "2026-11-30") -> dict[str, Any]:
    gives = {"kind": "money", "amount": 800}
    one = {
        "promotion": "m3",
        "title": BOTH,
        "state": state,
        "progress": 4800,
        "missing": missing,
        "day": day,
        "gives": gives,
    }
    return {"points": 860, "progress": [one]}


_NUMBER = {"token": "sealed +8613800000000"}
_DRAFT = {"id": "callback-1", "allowed": True, "number": _NUMBER}
_NO_DRAFT = {"id": "", "allowed": False}
_CHANNELS = {"website": BOTH, "app": BOTH, "social": BOTH}
_RULES = {"window": 60, "decision": 7, "balance": 10, "card_low": 1, "card_high": 3}
_CASE = {"reference": "730415206", "due": "2026-11-26"}
_TRUE_FALSE_DEAD = [ok("right", True), ok("wrong", False), DEAD]


def _facts(is_open: bool, unit: str, fee: int) -> dict[str, Any]:
    hours = [
        {"days": "mon-fri", "opens": "09:00", "closes": "18:00", "how": "of"},
        {"days": "sat", "opens": "09:00", "closes": "24:00", "how": "late"},
        {"days": "sun", "how": "shut"},
        {"days": "holiday", "how": "all-day"},
    ]
    methods = [{"name": BOTH, "fee": fee, "arrival": BOTH, "single": 500000}]
    limits = {"single": 500000, "daily": 1000000, "monthly": 2000000, "annual": 20000000}
    rules = {"unit": unit, "compensation": 15, "compensation_unit": unit, "refund_unit": unit, **_RULES}
    return {
        "is_open": is_open,
        "hours": hours,
        "limits": limits,
        "rules": rules,
        "methods": methods,
        "channels": _CHANNELS,
    }


_RECENT = [
    {"id": "y1", "kind": "payment", "amount": 6800, "at": DAY, "payee": BOTH},
    {"id": "t1", "kind": "top-up", "amount": 12300, "at": DAY, "payee": None},
]
_PAID = {"id": "y1", "kind": "payment", "amount": 6800, "at": DAY, "status": "succeeded", "payee": BOTH}
_RECORDS = [_PAID, {**_PAID, "id": "t1", "kind": "top-up", "status": "pending", "payee": None}]


def _promise(unit: str, provisional: bool) -> dict[str, Any]:
    return {"days": 8, "unit": unit, "by": "2026-12-03", "provisional": provisional}


def _terms(unit: str, provisional: bool) -> dict[str, Any]:
    promise = _promise(unit, provisional)
    refund = {"balance": 30, "card_low": 1, "card_high": 3, "card": _promise(unit, provisional)}
    return {
        "too_old": False,
        "window": 120,
        "decision": promise,
        "credit": provisional,
        "compensation": promise,
        **refund,
    }


DESK_STAFFED = ok("agents at the desk", {"open": True, "numbers": [], "opens": None, "queued": True})
"""Not among the outcomes below: callers who wait in the queue are explored by themselves, in test_queue."""
OUTCOMES: dict[str, list[Outcome]] = {
    "ratings.may_ask": [ok("yes", True), ok("no", False)],
    "ratings.keep_rating": [ok("kept", None)],
    "entries.join_queue": [
        ok("joined", {"joined": True, "ahead": 1, "minutes": 5}),
        ok("full", {"joined": False, "ahead": 0, "minutes": None}),
    ],
    "agents.duty": [
        ok("agents", {"open": True, "numbers": ["+8613800000001", "+8613800000002"], "opens": None}),
        ok("nobody", {"open": True, "numbers": [], "opens": None}),
        ok("closed", {"open": False, "numbers": [], "opens": NEXT}),
        ok("closed till a day that may be another", {"open": False, "numbers": [], "opens": NEXT, "provisional": True}),
        ok("closed for good", {"open": False, "numbers": [], "opens": None}),
    ],
    "callbacks.is_promised": [ok("none", False), ok("noted", True)],
    "callbacks.draft_for_caller": [
        ok("allowed", {**_DRAFT, "ending": "0001"}),
        ok("not there", {**_NO_DRAFT, "why": "not there"}),
    ],
    "callbacks.draft_callback": [
        ok("allowed", _DRAFT),
        ok("abroad", {**_DRAFT, "country": BOTH}),
        ok("not there", {**_NO_DRAFT, "why": "not there"}),
        ok("wrong length", {**_NO_DRAFT, "why": "length", "digits": 10}),
        ok("unclear", {**_NO_DRAFT, "why": "unclear", "choices": [{"number": _NUMBER, "country": BOTH}] * 2}),
    ],
    "callbacks.draft_chosen": [ok("chosen", {**_DRAFT, "country": BOTH})],
    "callbacks.request_callback": [
        ok("slot", {"slot": NEXT}),
        ok("provisional", {"slot": NEXT, "provisional": True}),
        ok("no slot", {"slot": None}),
        ("too many", "err", "TooMany"),
    ],
    "callers.remember_language": [ok("kept", None)],
    "cases.open_case": [
        ok("case", {**_CASE, "provisional": False}),
        ok("provisional", {**_CASE, "provisional": True}),
        ok("late", {**_CASE, "due": PASSED, "provisional": False, "known": True}),
        ok("settled", {**_CASE, "provisional": False, "known": True, "done": True}),
    ],
    "stages.stage_of": [
        ok("unknown", None),
        *(ok(stage, {"stage": stage, "due": "2026-11-26", "decided": False}) for stage in ("received", "in-review")),
        ok("late", {"stage": "in-review", "due": PASSED, "decided": False}),
        ok("provisional", {"stage": "in-review", "due": "2026-11-26", "decided": False, "provisional": True}),
        ok("done", {"stage": "done", "due": None, "decided": False}),
        ok("decided", {"stage": "done", "due": None, "decided": True}),
    ],
    "stages.may_be_told": [ok("told", True), ok("untold", False)],
    "stages.own_stage_of": [
        ok("theirs", {"stage": "in-review", "due": "2026-11-26", "decided": False}),
        ok("not theirs", None),
        ok("decided", {"stage": "done", "due": None, "decided": True}),
    ],
    "stages.verdict_of": [
        *(ok(verdict, verdict) for verdict in ("decided-refund", "decided-rejected", "refunded")),
        ok("not theirs", None),
        DEAD,
    ],
    "drops.dropped_call": [ok("none", None), ok("broke off", "CA1")],
    "drops.settle": [ok("settled", None)],
    "drops.what_was_left": [
        ok("somebody else's", None),
        ok("a case", {"done": [{"act": "case", "reference": "730415206"}], "path": []}),
        *(
            ok(act, {"done": [{"act": act, "reference": None}], "path": []})
            for act in ("callback", "freeze", "consent")
        ),
        ok("a way", {"done": [], "path": [["main-menu", "information"], ["information", "limits"]]}),
        ok(
            "a dispute",
            {
                "done": [],
                "path": [
                    ["main-menu", "transactions"],
                    ["transactions", "report"],
                    ["dispute-reason", "not-received"],
                    ["found-record", ["y1", "2026-11-20T09:00:00+08:00"]],
                ],
            },
        ),
    ],
    "effects.find_top_ups": _TOP_UPS,
    "effects.likely_top_ups": _LIKELY_TOP_UPS,
    "effects.limits_of": [
        ok(
            "limits",
            {"single": 500000, "periods": [{"name": name, **_PERIOD} for name in ("daily", "monthly", "annual")]},
        ),
        DEAD,
    ],
    "freezing.standing": [
        *(ok(status, {"status": status, "texts": True}) for status in ("active", "frozen", "closed")),
        ok("no mobile", {"status": "active", "texts": False}),
        DEAD,
    ],
    "freezing.weigh": [
        ok("owner", {"owner": {"id": "a1", "wallet": "haiyun", "level": 1}, "more": True}),
        ok("refused", {"owner": None, "more": True}),
        ok("refused for good", {"owner": None, "more": False}),
        ok("untold owner", {"owner": {"id": "a1", "wallet": "haiyun", "level": 1}, "more": True, "told": False}),
        ok("untold nobody", {"owner": None, "more": True, "told": False}),
    ],
    "freezing.freeze": [ok("frozen", True), DEAD],
    "freezing.freeze_untold": [ok("settled", True), DEAD],
    "freezing.keep_freeze": [ok("kept", None)],
    "consents.consent_key": [ok("key", "CA1:1")],
    "consents.keep_consent": [ok("kept", None)],
    "offers.current_offers": [ok("none", []), ok("all three", _OFFERS), DEAD],
    "offers.offers_for": [
        ok("new", {"standing": "new", "offers": _OFFERS[:2]}),
        ok("existing", {"standing": "existing", "offers": []}),
        ok("unknown", {"standing": "unknown", "offers": _OFFERS[:1]}),
        DEAD,
    ],
    "offers.rewards_of": [
        ok("none", {"points": 0, "progress": []}),
        ok("so far", _reward("counting", None)),
        ok("awaited", _reward("awaited", 0, None)),
        *(ok(state, _reward(state)) for state in ("counting", "ended", "credited", "due", "overdue")),
        DEAD,
    ],
    "offers.push_is_on": [ok("on", True), ok("off", False), DEAD],
    "offers.set_push": [ok("set", True), ok("not set", False), DEAD],
    "payments.find_payments": _PAYMENTS,
    "payments.likely_payments": _LIKELY_PAYMENTS,
    "review.review": [
        ok("nothing", {"status": "active", "two_factor": None, "recent": []}),
        ok("two", {"status": "active", "two_factor": True, "recent": _RECENT}),
        ok("failed", {"status": "active", "two_factor": None, "recent": [], "only_failed": True}),
        *(ok(status, {"status": status, "two_factor": False, "recent": []}) for status in ("frozen", "closed")),
        DEAD,
    ],
    "records.latest": [
        ok("none", []),
        ok("two", _RECORDS),
        ok("failed", [{**_PAID, "status": "failed"}]),
        ok("no debit", [{**_PAID, "id": "y1" + NO_DEBIT, "status": "failed", "no_debit": True}]),
        DEAD,
    ],
    "records.at_a_glance": [
        ok("two", {"status": "active", "balance": 12300, "latest": _RECORDS}),
        ok("none", {"status": "active", "balance": 0, "latest": []}),
        *(ok(status, {"status": status, "balance": 12300, "latest": [_PAID]}) for status in ("frozen", "closed")),
        DEAD,
    ],
    "records.doubles": [ok("none", []), ok("one", [_PAID]), ok("two", [_PAID, {**_PAID, "id": "y4"}]), DEAD],
    "records.search": [
        ok("none", {"records": [], "more": False}),
        ok("none so far", {"records": [], "more": False, "back_to": "2026-05-04"}),
        ok("one", {"records": [_PAID], "more": False}),
        ok("two", {"records": _RECORDS, "more": True}),
        DEAD,
    ],
    "records.payees": [ok("none", []), ok("one", [{"id": "y1", "name": BOTH}]), DEAD],
    "records.spending": [
        *(
            ok(
                label,
                [
                    {"period": period, "total": 6800 * count, "count": count}
                    for period in ("week", "month", "last-month")
                ],
            )
            for label, count in (("some", 2), ("none", 0))
        ),
        DEAD,
    ],
    "records.record_of": [ok("there", _PAID), ok("gone", None), DEAD],
    "records.twins": [
        ok("none", []),
        ok("one", [{**_PAID, "id": "y2"}]),
        ok("two of one minute", [{**_PAID, "id": "y2"}, {**_PAID, "id": "y3"}]),
        DEAD,
    ],
    "disputes.dispute_of": [
        ok("none", None),
        ok("received", {"stage": "received", "due": "2026-11-26", "reference": "730415206"}),
        ok("late", {"stage": "in-review", "due": PASSED, "reference": "730415206"}),
        ok("done", {"stage": "done", "due": None, "reference": None}),
        DEAD,
    ],
    "disputes.terms_of": [
        ok("business", _terms("business", False)),
        ok("calendar", _terms("calendar", True)),
        ok("too old", {**_terms("business", False), "too_old": True}),
    ],
    "disputes.refund_due": [
        ok("due", None),
        ok("not due", _promise("business", False)),
        ok("around", _promise("calendar", True)),
    ],
    "disputes.file_dispute": [ok("filed", None), ("there is one", "err", "AlreadyDisputed"), DEAD],
    "disputes.keep_dispute": [
        ok("kept", {**_CASE, "provisional": False}),
        ok("provisional", {**_CASE, "provisional": True}),
    ],
    "facts.is_official": [ok("official", True), ok("not official", False)],
    "facts.wallet_facts": [ok("open", _facts(True, "business", 0)), ok("closed", _facts(False, "calendar", 200))],
    "identity.find_account": [
        ok("account", {"account": "a1", "mark": "m", "ending": "0051"}),
        ok("no account", {"account": None, "mark": "m", "ending": "0051"}),
        DEAD,
    ],
    "identity.find_account_of_caller": [
        ok("account", {"account": "a1", "mark": "m", "ending": "0051"}),
        ok("no account", {"account": None, "mark": "m", "ending": "0051"}),
        DEAD,
    ],
    "identity.check_tail": _TRUE_FALSE_DEAD,
    "identity.check_pin": _TRUE_FALSE_DEAD,
    "identity.send_code": [ok("sent", {"challenge": 1})],
    "identity.check_code": [ok("right", True), ok("wrong", False)],
    "notes.keep_note": [ok("kept", {"id": "RE" + "1" * 32, "seconds": 12, "reference": "730415206"})],
    "notes.drop_note": [ok("dropped", True)],
    "identity.judge": [
        ok("refused", None),
        ok("verified", {"id": "a1", "wallet": "haiyun", "level": 2, "how": "pin"}),
    ],
}


def labelled(name: str, verdict: str, plain: Any) -> str:
    """An outcome as it stands at a step: `check_pin: wrong`."""
    label = next(label for label, *kept in OUTCOMES[name] if kept == [verdict, plain])
    return f"{name.rpartition('.')[2]}: {label}"
