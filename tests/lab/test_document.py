"""A malformed world is told where it is wrong, what came, and what to write."""

from __future__ import annotations

import json

import pytest

from ivr.demo.document import LISTS, checked
from ivr.wallet.shapes import DocumentError

MISSING = object()
ATTEMPT = {"customer": "K1", "at": "2026-11-23T09:00:00+08:00"}


def spoil(document, path, value):
    """Set, or with MISSING take away, what is at the path."""
    *way, last = path
    for step in way:
        document = document[step]
    if value is MISSING:
        del document[last]
    elif isinstance(document, list) and last == len(document):
        document.append(value)
    else:
        document[last] = value


def told(document):
    with pytest.raises(DocumentError) as refused:
        checked(document)
    return str(refused.value)


@pytest.mark.parametrize(
    "path, value, message",
    [
        (
            ("customers", 2, "wallet"),
            "hayun",
            'customers[2].wallet is "hayun"; write the id of one of the wallets: haiyun, linfu',
        ),
        (("customers", 0, "wallet"), MISSING, "customers[0].wallet is missing; write it"),
        (("promotions", 1, "wallet"), "x", 'promotions[1].wallet is "x"; write the id of one of the wallets'),
        (
            ("top_ups", 2, "customer"),
            "K99",
            'top_ups[2].customer is "K99"; write the id of one of the customers: K1, K2',
        ),
        (("payments", 0, "customer"), "K99", 'payments[0].customer is "K99"; write the id of one of the customers'),
        (("disputes", 0, "customer"), "K99", 'disputes[0].customer is "K99"'),
        (("disputes", 0, "payment"), "Y99", 'disputes[0].payment is "Y99"; write the id of one of the payments'),
        (("rewards", 0, "customer"), "K99", 'rewards[0].customer is "K99"'),
        (("rewards", 0, "promotion"), "M99", 'rewards[0].promotion is "M99"; write the id of one of the promotions'),
        (("attempts",), [ATTEMPT | {"customer": "K99"}], 'attempts[0].customer is "K99"'),
        (("wallets",), {}, "wallets is an object; write a list"),
        (("customers", 1), "Dana", 'customers[1] is "Dana"; write an object with id, wallet'),
        (("wallets", 0, "line"), "4000000101", 'wallets[0].line is "4000000101"; write a number such as'),
        (("wallets", 0, "lines"), ["+864000000199", 5], "wallets[0].lines[1] is 5; write a number such as"),
        (("wallets", 0, "timezone"), "China", 'wallets[0].timezone is "China"; write the name of a time zone'),
        (("wallets", 0, "timezone"), "Asia", 'wallets[0].timezone is "Asia"; write the name of a time zone'),
        (("wallets", 0, "timezone"), "../Asia/Shanghai", "write the name of a time zone"),
        (("wallets", 0, "name"), "Haiyun", 'wallets[0].name is "Haiyun"; write an object with zh, en'),
        (("wallets", 0, "name", "en"), " ", 'wallets[0].name.en is " "; write a text'),
        (("wallets", 1, "hours", "sat"), "9-18", 'wallets[1].hours.sat is "9-18"; write hours such as "09:00-21:00"'),
        (("wallets", 1, "hours", "sat"), "24:00-25:00", "wallets[1].hours.sat is"),
        (("wallets", 1, "hours", "holiday"), MISSING, "wallets[1].hours.holiday is missing"),
        (("wallets", 1, "channels", "app"), None, "wallets[1].channels.app is null; write an object with zh, en"),
        (("wallets", 0, "policy", "cut_off"), "17", 'policy.cut_off is "17"; write a time of day'),
        (
            ("wallets", 0, "policy", "dispute_decision", "unit"),
            "weeks",
            'unit is "weeks"; write one of: business, calendar',
        ),
        (("wallets", 0, "policy", "refund", "card_days"), [1], "card_days is a list; write a list of 2 or more"),
        (
            ("wallets", 0, "policy", "top_up_limits", "daily"),
            "500",
            'top_up_limits.daily is "500"; write a whole number',
        ),
        (
            ("wallets", 0, "policy", "top_up_methods", 1, "fee"),
            0.5,
            "top_up_methods[1].fee is 0.5; write a whole number",
        ),
        (("customers", 0, "language"), "fr", 'customers[0].language is "fr"; write one of: zh, en'),
        (("customers", 0, "language"), None, "customers[0].language is null; write one of: zh, en"),
        (("customers", 0, "status"), "lost", 'customers[0].status is "lost"; write one of: active, frozen, closed'),
        (("customers", 0, "balance"), True, "customers[0].balance is true; write a whole number"),
        (("customers", 0, "registered_on"), "2026-02-30", 'registered_on is "2026-02-30"; write a date'),
        (
            ("top_ups", 0, "at"),
            "2026-11-20T20:15:00",
            'top_ups[0].at is "2026-11-20T20:15:00"; write a time with an offset',
        ),
        (("top_ups", 0, "at"), "0001-01-01T00:00:00+08:00", "top_ups[0].at is"),
        (("top_ups", 0, "status"), "lost", 'top_ups[0].status is "lost"; write one of: succeeded, failed, pending'),
        (("top_ups", 0, "code"), 54, "top_ups[0].code is 54; write a text"),
        (("top_ups", 0, "bank_debited"), "no", 'top_ups[0].bank_debited is "no"; write true or false'),
        (("payments", 0, "payee"), "Books", 'payments[0].payee is "Books"; write an object with zh, en'),
        (("disputes", 0, "reference"), 202611017, "disputes[0].reference is 202611017; write 9 digits in a text"),
        (("disputes", 0, "reason"), ["duplicate"], "disputes[0].reason is a list; write one of: not-me"),
        (("promotions", 0, "starts"), None, "promotions[0].starts is null; write a time"),
        (("attempts",), [{"customer": "K1"}], "attempts[0].at is missing"),
        (
            ("customers", 6),
            {"id": "K1", "wallet": "haiyun", "wallet_id": "1", "id_tail": "123456"},
            'customers[6].id is "K1", and so is customers[0].id; give each its own',
        ),
        (
            ("wallets", 1, "lines"),
            ["+864000000101"],
            'wallets[1].lines[0] is "+864000000101", and so is wallets[0].line',
        ),
    ],
)
def test_a_fault_is_told_by_its_path(demo, path, value, message):
    """Path, what came, what to write."""
    spoil(demo, path, value)
    assert message in told(demo)


def test_a_payment_is_disputed_once(demo):
    """The database keeps one dispute a payment."""
    place = len(demo["disputes"])
    demo["disputes"].append(demo["disputes"][0] | {"id": "P99", "reference": "202611998"})
    assert told(demo) == f'disputes[{place}].payment is "Y2", and so is disputes[0].payment; give each its own'


def test_a_reference_without_anything_to_refer_to_says_so(demo):
    """There is no choice to offer."""
    assert told(demo | {"wallets": [], "promotions": []}) == (
        'customers[0].wallet is "haiyun"; there are no wallets; add it there'
    )


@pytest.mark.parametrize(
    "field, value", [("phone_pin", "48192"), ("id_tail", "88043x"), ("mobile", "2025550151"), ("wallet_id", 10002052)]
)
def test_what_identifies_a_person_is_not_repeated(demo, field, value):
    """A refusal may end in a log."""
    demo["customers"][1][field] = value
    message = told(demo)
    assert message.startswith(f"customers[1].{field} does not fit") and str(value) not in message


@pytest.mark.parametrize("document", [[], "world", 5, None, True])
def test_a_document_that_is_no_object_is_refused(document):
    """Whatever else it is."""
    assert told(document).startswith("the document is ")


def test_a_long_value_is_cut():
    """An error is a line."""
    assert len(told({"wallets": "x" * 5000})) < 100


@pytest.mark.parametrize("name", LISTS)
def test_a_missing_list_is_empty(name):
    """And so is one that is null."""
    assert checked({})[name] == checked({name: None})[name] == []


def test_a_world_without_customers_is_a_world(demo):
    """Its wallets still answer."""
    world = checked({"wallets": demo["wallets"]})
    assert len(world["wallets"]) == 2 and world["customers"] == []


def test_unknown_fields_are_kept(demo):
    """They are nobody's business."""
    demo["weather"] = "rain"
    demo["customers"][0]["shoe_size"] = 42.5
    world = checked(demo)
    assert (world["weather"], world["customers"][0]["shoe_size"]) == ("rain", 42.5)


def test_odd_figures_are_a_scene(demo):
    """Negative amounts, enormous limits, a promise of no days, hours over midnight."""
    demo["top_ups"][0]["amount"] = -5
    demo["customers"][0]["balance"] = -(10**30)
    demo["wallets"][0]["policy"]["dispute_decision"]["days"] = 0
    demo["wallets"][0]["policy"]["top_up_limits"]["annual"] = 10**40
    demo["wallets"][0]["hours"]["mon"] = "22:00-02:00"
    demo["wallets"][0]["hours"]["tue"] = "00:00-24:00"
    demo["wallets"][0]["calendar"] = "ATLANTIS"
    checked(demo)


def test_what_databases_refuse_is_taken_out(demo):
    """NUL and lone surrogates, anywhere."""
    demo["customers"][0]["name"] = "Li\x00n\ud800"
    assert checked(demo)["customers"][0]["name"] == "Lin"


def test_a_document_that_is_nested_too_deep_is_refused():
    """Instead of an end of the stack."""
    deep = {"extra": None}
    for _ in range(100_000):
        deep = {"extra": deep}
    assert "nested too deep" in told(deep)


def test_the_demo_holds_nothing_that_the_sample_of_a_world_may_not(demo):
    """It survives the way through JSON unchanged."""
    assert {name: checked(demo)[name] for name in demo} == json.loads(json.dumps(demo))
