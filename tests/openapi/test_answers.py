"""The simulator answers REST requests with the fields that Twilio's OpenAPI documents name, in their types."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.openapi.documents import BASE, SERVICE, TASK, TRUNK, WORKSPACE, answer_schema, listed
from tests.simulator.running_simulator import CALLER, LINE
from tests.simulator.stub_app import zh
from tests.simulator.workspace import LIN, set_up

QUEUED = '<Enqueue waitUrl="/wait">desk</Enqueue>'
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "number": (int, float),
}


def faults(row: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """How a row differs from its description."""
    known = schema["properties"]
    wrong = [f"{name} is unknown" for name in row.keys() - known.keys()]
    wrong += [f"{name} is missing" for name in known.keys() - row.keys()]
    for name in row.keys() & known.keys():
        kinds = TYPES.get(known[name].get("type", ""), (object,))
        if row[name] is not None and not isinstance(row[name], kinds):
            wrong.append(f"{name}={row[name]!r} is no {known[name]['type']}")
    return sorted(wrong)


@pytest.fixture
def get(simulator):
    """A list by REST, as it comes over the wire."""

    def ask(path, method="get", **form):
        account = simulator.runner.account.sid
        url = simulator.settings.twilio_api_url[""] + BASE.format(AccountSid=account) + path
        return requests.request(method, url, data=form, auth=(account, simulator.runner.token), timeout=5).json()

    return ask


def test_a_call_has_twilios_fields(simulator, get):
    """Created and listed."""
    made = get("/Calls.json", "post", To=CALLER, From=LINE, Url=simulator.url("/voice"))
    assert faults(made, answer_schema(f"{BASE}/Calls.json", "post")) == []
    assert faults(get("/Calls.json")["calls"][0], listed(f"{BASE}/Calls.json", "calls")) == []


def test_queues_and_members_have_twilios_fields(simulator, get):
    """With somebody in the queue."""
    simulator.stub.on("/voice", QUEUED).on("/wait", zh("请稍候。"))
    simulator.dials()
    queue = get("/Queues.json")["queues"][0]
    members = get(f"/Queues/{queue['sid']}/Members.json")["queue_members"]
    assert faults(queue, listed(f"{BASE}/Queues.json", "queues")) == []
    assert faults(members[0], listed(f"{BASE}/Queues/{{QueueSid}}/Members.json", "queue_members")) == []


def test_conferences_and_participants_have_twilios_fields(simulator, get):
    """With somebody in the room."""
    simulator.stub.on("/voice", "<Dial><Conference>desk</Conference></Dial>")
    simulator.dials()
    room = get("/Conferences.json")["conferences"][0]
    inside = get(f"/Conferences/{room['sid']}/Participants.json")["participants"]
    assert faults(room, listed(f"{BASE}/Conferences.json", "conferences")) == []
    described = listed(f"{BASE}/Conferences/{{ConferenceSid}}/Participants.json", "participants")
    assert faults(inside[0], described) == []


def test_messages_have_twilios_fields(get):
    """Created and listed."""
    sent = get("/Messages.json", "post", To=CALLER, From=LINE, Body="您好")
    assert faults(sent, answer_schema(f"{BASE}/Messages.json", "post")) == []
    assert faults(get("/Messages.json")["messages"][0], listed(f"{BASE}/Messages.json", "messages")) == []


def test_recordings_have_twilios_fields(simulator, get):
    """After a voice note."""
    simulator.stub.on("/voice", '<Record action="/noted"/>')
    call = simulator.dials()
    simulator.does(f"{call['sid']}/press", {"keys": "#"})
    assert faults(get("/Recordings.json")["recordings"][0], listed(f"{BASE}/Recordings.json", "recordings")) == []


def test_what_belongs_to_the_account_has_twilios_fields(simulator, get):
    """Its numbers, verified ones of others, short codes, a messaging service."""
    registers, service = simulator.runner.account, "MG" + "0a" * 16
    registers.owned_numbers, registers.verified_numbers, registers.senders = (
        lambda: [LINE],
        {CALLER},
        {"12345", service},
    )
    for path, key in (
        ("/IncomingPhoneNumbers.json", "incoming_phone_numbers"),
        ("/OutgoingCallerIds.json", "outgoing_caller_ids"),
        ("/SMS/ShortCodes.json", "short_codes"),
    ):
        (row,) = get(path)[key]
        assert faults(row, listed(BASE + path, key)) == []
    address = simulator.settings.twilio_api_url[""] + SERVICE.format(Sid=service)
    fetched = requests.get(address, auth=(registers.sid, simulator.runner.token), timeout=5).json()
    assert faults(fetched, answer_schema(SERVICE, "get")) == []


def test_a_trunk_has_twilios_fields(simulator):
    """As the doctor reads it."""
    simulator.runner.account.trunks = {trunk := "BY" + "0a" * 16}
    address = simulator.settings.twilio_api_url[""] + TRUNK.format(Sid=trunk)
    asked = {"auth": (simulator.runner.account.sid, simulator.runner.token), "timeout": 5}
    assert faults(requests.get(address, **asked).json(), answer_schema(TRUNK, "get")) == []
    assert requests.get(address[:-1] + "b", **asked).status_code == 404


def test_the_resources_of_taskrouter_have_twilios_fields(simulator):
    """With a caller who waits, and a worker who is reserved."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/voice", made.enqueued()).on("/wait", zh("请稍候。"))
    simulator.dials()
    task = simulator.runner.account.router.assignments[0]["TaskSid"]
    kinds = {"activities": "Activities", "workers": "Workers", "task_queues": "TaskQueues", "workflows": "Workflows"}
    paths = {key: f"{WORKSPACE}/{kind}" for key, kind in (kinds | {"tasks": "Tasks"}).items()}
    paths |= {"workspaces": "/v1/Workspaces", "reservations": f"{TASK}/Reservations"}
    for key, path in paths.items():
        given = path.format(WorkspaceSid=made.workspace, TaskSid=task)
        account = simulator.runner.account.sid
        asked = simulator.settings.twilio_api_url[""] + given
        answer = requests.get(asked, auth=(account, simulator.runner.token), timeout=5).json()
        assert faults(answer[key][0], listed(path, key)) == [], key
        assert faults(answer, answer_schema(path, "get")) == [], key


@pytest.mark.parametrize(
    "what",
    [
        "Calls",
        "Queues",
        "Conferences",
        "Messages",
        "Recordings",
        "IncomingPhoneNumbers",
        "OutgoingCallerIds",
        "SMS/ShortCodes",
    ],
)
def test_a_page_of_a_list_has_twilios_fields(get, what):
    """Numbers and addresses of pages."""
    assert faults(get(f"/{what}.json"), answer_schema(f"{BASE}/{what}.json", "get")) == []
