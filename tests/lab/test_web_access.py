"""Who is let in to the lab's API: this machine, nobody from elsewhere or through a proxy; and which requests wait."""

from __future__ import annotations

import pytest

from tests.lab.happened import SHOWN

SET = (
    *(("PUT", what) for what in ("clock", "world", "agents", "wallet", "sms", "line")), ("POST", "reset"),
)  # fmt: skip
EVERYTHING = (*(("GET", what) for what in SHOWN), *SET)
STRANGE = (
    "ivr.example.com", "127.0.0.1.example.com", "localhost.:80", "127.0.0.2", "::1", "a@127.0.0.1", "0.0.0.0", "localhost:x"
)  # fmt: skip
PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "x-forwarded-anything")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "localhost", "LOCALHOST:80", "[::1]", "[::1]:5000"])
def test_this_machine_is_let_in(lab, host):
    """By any of its names, at any port."""
    assert lab.send("GET", "cases", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
def test_any_other_host_finds_nothing(lab, host):
    """A page that was made to resolve to this machine gets no answer, and nothing waits for it."""
    answers = [lab.send(method, what, headers={"Host": host}) for method, what in EVERYTHING]
    assert {answer.status_code for answer in answers} == {404}
    assert lab.waits == 0


@pytest.mark.parametrize("header", PROXIED)
def test_nothing_comes_through_a_proxy(lab, header):
    """A tunnel to the webhooks is none to the lab."""
    answers = [lab.send(method, what, headers={header: "127.0.0.1"}) for method, what in EVERYTHING]
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("what", ["cases", "reset", "nothing-of-the-kind", ""])
def test_a_stranger_cannot_tell_that_there_is_a_lab(lab, what):
    """A wrong method is 405 from here, and 404 from there."""
    assert lab.send("DELETE", what, headers={"Host": "ivr.example.com"}).status_code == 404


def test_a_get_waits_for_the_follow_ups_first(lab):
    """Every one of them; a PUT does not."""
    for what in SHOWN:
        lab.send("GET", what)
    lab.put("sms", {"mode": "ok"})
    assert lab.waits == len(SHOWN)
