"""Twilio's own description of its REST API, out of an npm package that `make openapi` fetches.

The documents lack the encoding of list parameters, without which a mock wants JSON lists in a form; it is
added here. Only the parts that a telephone line touches are kept, so that the mock starts quickly.
"""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).parents[2] / ".venv" / "node" / "node_modules"
DOCUMENTS = MODULES / "@twilio/cli-core/src/services/twilio-api"
PRISM = MODULES / ".bin/prism"
BASE = "/2010-04-01/Accounts/{AccountSid}"
SERVICE = "/v1/Services/{Sid}"
TRUNK = "/v1/ByocTrunks/{Sid}"
WORKSPACE = "/v1/Workspaces/{WorkspaceSid}"
ROUTED = ("Activities", "Workers", "TaskQueues", "Workflows", "Tasks")
TASK = f"{WORKSPACE}/Tasks/{{TaskSid}}"
OURS = ("Calls", "Messages", "Queues", "Conferences", "Recordings", "IncomingPhoneNumbers", "OutgoingCallerIds", "SMS")
MISSING = "Twilio's OpenAPI documents are not here: run `make openapi` (it needs npm and reaches the npm registry)"


@cache
def document() -> dict[str, Any]:
    """The voice API's parts, TaskRouter's, look-ups of a number, a messaging service and a trunk, as one document."""
    if not (DOCUMENTS.exists() and PRISM.exists() and shutil.which("node")):
        pytest.fail(MISSING, pytrace=False)
    voice, lookups, messaging = _read("twilio_api_v2010"), _read("twilio_lookups_v2"), _read("twilio_messaging_v1")
    trunks = _read("twilio_voice_v1")
    paths = {path: value for path, value in voice["paths"].items() if _part(path) in OURS}
    paths["/v2/PhoneNumbers/{PhoneNumber}"] = lookups["paths"]["/v2/PhoneNumbers/{PhoneNumber}"]
    for path, described in ((SERVICE, messaging), (TRUNK, trunks)):
        paths[path] = {name: described["paths"][path].get(name, []) for name in ("get", "parameters")}
    routing = _read("twilio_taskrouter_v1")
    paths |= {path: routing["paths"][path] for path in routed()}
    schemas = {
        **trunks["components"]["schemas"],
        **routing["components"]["schemas"],
        **messaging["components"]["schemas"],
        **lookups["components"]["schemas"],
        **voice["components"]["schemas"],
    }
    for path in paths.values():
        _encode_lists(path)
    return {**voice, "paths": paths, "components": {**voice["components"], "schemas": schemas}}


def routed() -> list[str]:
    """The paths of TaskRouter that we use."""
    several = [f"{WORKSPACE}/{kind}" for kind in ROUTED]
    own = [f"{path}/{{Sid}}" for path in several]
    return [
        "/v1/Workspaces",
        "/v1/Workspaces/{Sid}",
        *several,
        *own,
        f"{TASK}/Reservations",
        f"{TASK}/Reservations/{{Sid}}",
    ]


def answer_schema(path: str, method: str) -> dict[str, Any]:
    """What a success looks like."""
    answers = document()["paths"][path]["get" if method == "get" else method]["responses"]
    success = next(value for code, value in answers.items() if code.startswith("2"))
    return _resolved(success["content"]["application/json"]["schema"])


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _resolved(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def listed(path: str, key: str) -> dict[str, Any]:
    """What one row of a list looks like."""
    return _resolved(answer_schema(path, "get")["properties"][key]["items"])


def _part(path: str) -> str:
    return path.removeprefix(BASE).split("/")[1].split(".")[0] if path.startswith(BASE) else ""


def _read(name: str) -> dict[str, Any]:
    return json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))


def _encode_lists(path: dict[str, Any]) -> None:
    for operation in path.values():
        for body in operation.get("requestBody", {}).get("content", {}).values() if isinstance(operation, dict) else ():
            lists = [name for name, field in body["schema"]["properties"].items() if field.get("type") == "array"]
            body["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
