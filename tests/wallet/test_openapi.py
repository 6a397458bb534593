"""docs/wallet-api.yaml is the contract: its examples fit it, the client keeps to it, the reference server answers by
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import validate

from ivr.wallet import types
from ivr.wallet.http import schemas
from ivr.wallet.http.api import Answer, Api
from ivr.wallet.http.wallet import ANY_WALLET, HttpWallet
from tests.wallet.conftest import TOKEN
from tests.wallet.contract import DOCUMENT, answer_faults, faults, found, operation_at, operations, request_faults

KINDS = {
    "findAccount": "FoundAccount",
    "promotions": "Promotions",
    "account": "Account",
    "check": "CheckResult",
    "topUps": "TopUps",
    "transactions": "Page",
    "spending": "Spending",
    "rewards": "Rewards",
    "disputes": "Disputes",
}


def contents() -> Iterator[Any]:
    """(where, media type object) of every request and answer."""
    for _, _, operation in operations():
        name = operation["operationId"]
        if "requestBody" in operation:
            yield pytest.param(operation["requestBody"]["content"]["application/json"], id=f"{name}-request")
        for status, answer in operation["responses"].items():
            (content,) = found(answer)["content"].values()
            yield pytest.param(content, id=f"{name}-{status}")


@pytest.fixture
def watched(address: str) -> Iterator[tuple[HttpWallet, list[str], set[str]]]:
    """A wallet over HTTP, what the contract says against its traffic, and the operations that were asked for."""
    against: list[str] = []
    asked: set[str] = set()

    def watch(response: Any) -> None:
        response.read()
        asked.add(operation_at(response.request.method, str(response.request.url))[0]["operationId"])
        against.extend([*request_faults(response.request), *answer_faults(response.request, response)])

    api = Api(address, TOKEN)
    api._client.event_hooks = {"response": [watch]}
    yield HttpWallet({ANY_WALLET: api}), against, asked
    api.close()


def test_the_contract_is_openapi():
    """Version 3.1, as its own specification has it."""
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize("content", list(contents()))
def test_every_request_and_answer_has_examples_that_fit(content):
    """Errors too."""
    assert content["examples"]
    for example in content["examples"].values():
        assert faults(content["schema"], found(example)["value"]) == []


def test_every_parameter_has_an_example_that_fits():
    """Of the address, the query and the headers."""
    shared = [one for item in DOCUMENT["paths"].values() for one in item.get("parameters", [])]
    own = [one for _, _, operation in operations() for one in operation.get("parameters", [])]
    for one in map(found, (*shared, *own)):
        assert faults(one["schema"], one["example"]) == []


def test_a_wrong_example_would_be_found():
    """The check itself can fail: an amount in yuan, a time without offset, a missing field."""
    top_up = DOCUMENT["components"]["schemas"]["TopUp"]
    good = {
        "id": "U2",
        "amount": 80000,
        "channel": "card",
        "at": "2026-11-21T09:40:00+08:00",
        "status": "pending",
        "code": None,
        "bank_debited": None,
    }
    assert faults(top_up, good) == []
    for wrong in ({"amount": 800.5}, {"at": "2026-11-21T09:40:00"}, {"status": "lost"}, {"id": ""}):
        assert faults(top_up, good | wrong) != []
    assert faults(top_up, {name: value for name, value in good.items() if name != "code"}) != []


@pytest.mark.parametrize("name, kind", list(KINDS.items()))
def test_the_clients_types_take_what_the_contract_shows(name, kind):
    """So that the two do not drift apart."""
    (operation,) = [one for _, _, one in operations() if one["operationId"] == name]
    for example in operation["responses"]["200"]["content"]["application/json"]["examples"].values():
        answer = Answer(200, msgspec.json.encode(found(example)["value"]))
        assert schemas.decoded(answer, getattr(schemas, kind, None) or getattr(types, kind))


def test_every_problem_has_a_code_that_the_client_can_read():
    """A refusal is decided by its code."""
    for example in DOCUMENT["components"]["responses"]["NoAccount"]["content"]["application/problem+json"][
        "examples"
    ].values():
        assert (
            schemas.decoded(Answer(404, msgspec.json.encode(example["value"])), schemas.Problem, 404).code
            == "no-account"
        )


def test_what_the_client_asks_and_the_server_answers_is_as_the_contract_says(watched):
    """Every operation but one, which is asked only when an answer was lost."""
    wallet, against, asked = watched
    soon, since, until = monotonic() + 10, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert wallet.find_account("haiyun", ["+8610"], soon) is None
    account = wallet.find_account("haiyun", ["+8619900000051"], soon).id
    assert wallet.account(account, soon) and wallet.account("haiyun:K99", soon) is None
    assert wallet.check_id_tail(account, "21403X", "call-1:4:tail:1", soon)
    assert not wallet.check_pin("haiyun:nobody", "481920", "call-1:5:pin:1", soon)
    assert wallet.top_ups(account, since, until, soon) and wallet.spending(account, since, until, soon).count
    assert wallet.transactions(account, since, until, soon, after="Y2", limit=1).transactions
    assert wallet.disputes(account, soon) and wallet.rewards(account, soon) and wallet.promotions("haiyun", soon)
    key = "CA0123456789abcdef0123456789abcdef:12:security.freeze:1"
    assert wallet.dispute(account, "Y1", "not-me", "call-1:9:dispute:1", soon)
    assert wallet.consent(account, True, "call-1:9:consent:1", soon) and wallet.freeze(account, key, soon)
    assert wallet.unfreeze(account, "call-1:unfreeze:1", soon)
    assert wallet._find_write_by_key(account, key, soon, msgspec.Raw | Any)["result"]
    assert against == []
    assert asked == {operation["operationId"] for _, _, operation in operations()}
