"""docs/wallet-api.yaml as a judge: of values, of requests and of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from jsonschema import Draft202012Validator

from tests.wallet.conftest import TOKEN

CONTRACT = Path(__file__).parents[2] / "docs/wallet-api.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
METHODS = ("get", "post")
DATES = Draft202012Validator.FORMAT_CHECKER


def found(part: Any) -> Any:
    """The part itself, or what it refers to."""
    while isinstance(part, dict) and "$ref" in part:
        target: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def faults(schema: Any, value: Any) -> list[str]:
    """What the schema says against the value; references lead into the contract."""
    checker = Draft202012Validator({**found(schema), "components": DOCUMENT["components"]}, format_checker=DATES)
    return [error.message for error in checker.iter_errors(value)]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation)."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def operation_at(method: str, url: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The operation that this request asks for, and the parts of its address."""
    path = urlsplit(url).path
    for template, item in DOCUMENT["paths"].items():
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
        if match and method.lower() in item:
            shared = item.get("parameters", [])
            operation = item[method.lower()]
            parts = {name: unquote(text) for name, text in match.groupdict().items()}
            return operation | {
                "parameters": [found(one) for one in (*shared, *operation.get("parameters", []))]
            }, parts
    raise AssertionError(f"the contract has no {method} {path}")


def request_faults(request: Any) -> Iterator[str]:
    """What the contract says against a request that httpx sent."""
    operation, parts = operation_at(request.method, str(request.url))
    query = dict(parse_qsl(request.url.query.decode()))
    sent = {"path": parts, "query": query, "header": dict(request.headers)}
    for one in operation["parameters"]:
        name = one["name"].lower() if one["in"] == "header" else one["name"]
        if name not in sent[one["in"]]:
            yield from [f"{name} is missing"] * one.get("required", False)
            continue
        text = sent[one["in"]][name]
        value = int(text) if found(one["schema"]).get("type") == "integer" else text
        yield from faults(one["schema"], value)
    yield from (f"{name} is unknown" for name in query if name not in {one["name"] for one in operation["parameters"]})
    if "requestBody" in operation:
        yield from faults(
            operation["requestBody"]["content"]["application/json"]["schema"], json.loads(request.content)
        )
    if request.headers["Authorization"] != f"Bearer {TOKEN}":
        yield "no token"


def answer_faults(request: Any, response: Any) -> Iterator[str]:
    """What the contract says against the answer."""
    operation, _ = operation_at(request.method, str(request.url))
    expected = operation["responses"].get(str(response.status_code))
    if expected is None:
        yield f"{operation['operationId']} knows no {response.status_code}"
        return
    content = found(expected)["content"].get(response.headers["Content-Type"])
    yield from faults(content["schema"], response.json()) if content else ["another content type"]
