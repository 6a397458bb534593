"""Who is let in to the lab's API: this machine, nobody from elsewhere or through a proxy; and which requests wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lab.conftest import Lab
from tests.lab.happened import SHOWN

SET = (
    *(("PUT", what) for what in ("clock", "world", "agents", "wallet", "sms", "line")),
    ("POST", "reset"),
)
EVERYTHING = (*(("GET", what) for what in SHOWN), *SET)
STRANGE = (
    "ivr.example.com",
    "127.0.0.1.example.com",
    "localhost.:80",
    "127.0.0.2",
    "::1",
    "a@127.0.0.1",
    "0.0.0.0",
    "localhost:x",
)
PROXIED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "x-forwarded-anything",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "CF-Ray",
    "CDN-Loop",
    "Fly-Client-IP",
    "X-Amzn-Trace-Id",
    "X-Original-Host",
)
OTHER_PAGES = (
    {"Origin": "https://news.example.com"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8080"},
    {"Origin": "https://127.0.0.1:5000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
)


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


@pytest.mark.parametrize("told", OTHER_PAGES, ids=str)
def test_no_page_of_another_site_reads_or_changes_the_lab(lab, told):
    """A form may be sent from anywhere to 127.0.0.1, and by a page of another port, too; the browser says
    from where.
    """
    answers = [lab.send(method, what, headers=told) for method, what in EVERYTHING]
    assert {answer.status_code for answer in answers} == {404}


def test_a_page_of_the_labs_own_and_a_program_are_let_in(lab):
    """The first says that it is the same origin, the second says nothing."""
    own = {"Origin": "http://127.0.0.1:5000", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    for told in (own, {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, {}):
        assert lab.send("GET", "cases", headers=told).status_code == 200, told
        assert lab.send("POST", "reset", headers=told).status_code == 200, told


def test_a_lab_with_a_public_address_asks_for_its_token(database, settings):
    """A tunnel that rewrites Host and leaves no trace looks like this machine; it does not know what stands in a
    private file.
    """
    tunnelled = Lab(database, replace(settings, lab_token="s" * 32))
    for given in ({}, {"X-Lab-Token": "s"}, {"X-Lab-Token": "S" * 32}):
        answers = [tunnelled.send(method, what, headers=given) for method, what in EVERYTHING]
        assert {answer.status_code for answer in answers} == {403}
        assert "lab-token in DATA_DIR" in answers[0].text and "ssss" not in answers[0].text
    assert tunnelled.send("POST", "reset", headers={"X-Lab-Token": "s" * 32}).status_code == 200
    tunnelled.client.set_cookie(f"lab-{settings.port}", "s" * 32, domain="127.0.0.1")
    assert tunnelled.send("GET", "cases").status_code == 200
    assert tunnelled.send("GET", "cases", headers={"X-Real-IP": "192.0.2.1"}).status_code == 404


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
