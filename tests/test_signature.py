"""Our validator says what Twilio's own says, and reads the request as it came over the wire."""

from __future__ import annotations

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.web.twilio_signature import is_signed, matches, raw_target

BASE, TOKEN = "https://ivr.example.com", "12345"
VECTOR = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
forms = st.lists(st.tuples(words, words), max_size=6).map(MultiDict)
ports = st.sampled_from(["", ":443", ":80", ":8443"])
urls = st.builds(
    "{}://ivr.example.com{}/voice{}".format,
    st.sampled_from(["http", "https"]),
    ports,
    st.sampled_from(["", "?a=1&b=", "?text=%E4%BD%A0", "?a=1&a=2"]),
)


def oracle(url, form, token=TOKEN):
    return RequestValidator(token).compute_signature(url, form)


def test_the_published_vector_passes():
    """Twilio's documented example."""
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert matches(url, MultiDict(VECTOR), "L/OH5YylLD5NRKLltdqwSvS0BnU=", [TOKEN])


@given(forms, urls, urls)
def test_every_verdict_is_that_of_twilios_own_validator(form, signed, asked):
    """Ports, schemes, queries, blank and repeated names: the same yes and the same no."""
    signature = oracle(signed, form)
    assert matches(asked, form, signature, [TOKEN]) == RequestValidator(TOKEN).validate(asked, form, signature)


@given(forms, st.text(max_size=30))
def test_no_invented_signature_passes(form, signature):
    """Whatever text stands in the header."""
    assert not matches(f"{BASE}/voice", form, signature, [TOKEN])


def test_a_repeated_parameter_counts_each_distinct_value_in_order():
    """Twilio's library does so; dropping one would break real requests."""
    form = MultiDict([("Digits", "2"), ("Digits", "1"), ("Digits", "2")])
    assert matches(f"{BASE}/voice", form, oracle(f"{BASE}/voice", form), [TOKEN])
    assert oracle(f"{BASE}/voice", form) == oracle(f"{BASE}/voice", MultiDict([("Digits", "1"), ("Digits", "2")]))


@pytest.mark.parametrize("public", ["https://ivr.example.com:8443", "https://user:pass@ivr.example.com:8443"])
def test_https_is_signed_without_port_and_credentials(public):
    """What Twilio does for a voice webhook over https."""
    signature = oracle("https://ivr.example.com/voice", VECTOR)
    assert matches(f"{public}/voice", MultiDict(VECTOR), signature, [TOKEN])


def test_http_keeps_its_port_and_drops_credentials():
    """And over http."""
    signature = oracle("http://localhost:5000/voice", VECTOR)
    assert matches("http://me:secret@localhost:5000/voice", MultiDict(VECTOR), signature, [TOKEN])


def test_both_tokens_pass_while_one_is_rotated_and_a_third_never():
    """Current and next."""
    form = MultiDict(VECTOR)
    for token, verdict in (("old", True), ("new", True), ("other", False)):
        assert matches(f"{BASE}/voice", form, oracle(f"{BASE}/voice", form, token), ["old", "new"]) is verdict


def test_a_body_that_is_not_a_form_is_refused():
    """Its signature would cover the address only; we never ask Twilio for JSON."""
    url = f"{BASE}/voice?bodySHA256=5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
    assert not matches(url, MultiDict(), oracle(url, {}), [TOKEN])


@pytest.mark.parametrize(
    "environ, target",
    [
        ({"RAW_URI": "/voice?a=%2B1", "PATH_INFO": "/voice", "QUERY_STRING": "a=%2B1"}, "/voice?a=%2B1"),
        ({"REQUEST_URI": "/voice/%E4%BD%A0"}, "/voice/%E4%BD%A0"),
        ({"RAW_URI": "http://127.0.0.1:5000/voice?a=1"}, "/voice?a=1"),
        ({"PATH_INFO": "/voice/turns/3", "QUERY_STRING": "quiet=1"}, "/voice/turns/3?quiet=1"),
        ({"PATH_INFO": "/voice", "QUERY_STRING": ""}, "/voice"),
        ({"SCRIPT_NAME": "/ivr", "PATH_INFO": "/a b"}, "/ivr/a%20b"),
        ({"RAW_URI": "//voice"}, "//voice"),
    ],
)
def test_the_target_is_taken_as_it_came_or_rebuilt(environ, target):
    """RAW_URI, REQUEST_URI, absolute form, or neither."""
    assert raw_target(environ) == target


KEYS = {"webhooks_sharedkey_1": "one", "webhooks_sharedkey_2": "two"}


@pytest.fixture
def client():
    app = Flask(__name__)

    @app.post("/voice")
    def voice():
        return ("yes", 200) if is_signed(request, BASE, [TOKEN], KEYS) else ("no", 403)

    return app.test_client()


@given(forms, urls, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256", "hmac_sha256"]))
def test_under_every_algorithm_the_signature_is_that_of_twilios_own_library(form, url, algorithm):
    """A shared key has an algorithm of its own."""
    signature = RequestValidator("one").compute_signature(url, form, algorithm)
    assert matches(url, form, signature, ["one"], algorithm.upper())


@pytest.mark.parametrize(
    "header, secret, algorithm, status",
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "one", "HMAC_SHA256", 200),
        (" key=webhooks_sharedkey_2 , algorithm=hmac_sha256", "two", "HMAC_SHA256", 200),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA1", "one", "HMAC_SHA1", 200),
        ("key=webhooks_sharedkey_1", "one", "HMAC_SHA1", 200),
        ("algorithm=HMAC_SHA256", TOKEN, "HMAC_SHA256", 200),
        ("", TOKEN, "HMAC_SHA1", 200),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "two", "HMAC_SHA256", 403),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", TOKEN, "HMAC_SHA256", 403),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "one", "HMAC_SHA1", 403),
        ("key=webhooks_sharedkey_3,algorithm=HMAC_SHA256", TOKEN, "HMAC_SHA256", 403),
        ("key=webhooks_sharedkey_3,algorithm=HMAC_SHA256", "", "HMAC_SHA256", 403),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_MD5", "one", "HMAC_SHA1", 403),
        ("key=webhooks_sharedkey_1,algorithm=none", "", "HMAC_SHA1", 403),
        ("", "one", "HMAC_SHA1", 403),
        ("", TOKEN, "HMAC_SHA256", 403),
        ("nonsense", "one", "HMAC_SHA1", 403),
    ],
)
def test_a_request_is_signed_by_the_shared_key_that_it_names_and_by_no_other(client, header, secret, algorithm, status):
    """The header that names it is not signed, so it may only choose among what we hold."""
    signature = RequestValidator(secret).compute_signature(f"{BASE}/voice", VECTOR, algorithm)
    headers = {"X-Twilio-Signature": signature} | ({"X-Twilio-Webhooks-Signature-Settings": header} if header else {})
    assert client.post("/voice", data=VECTOR, headers=headers).status_code == status


def test_a_signed_post_passes_through_flask(client):
    """Host and forwarding headers have no say: the address is ours."""
    headers = {"X-Twilio-Signature": oracle(f"{BASE}/voice?name=%E7%8E%8B+x", VECTOR), "Host": "evil.example"}
    assert client.post("/voice?name=%E7%8E%8B+x", data=VECTOR, headers=headers).status_code == 200


@pytest.mark.parametrize("change", [{"Digits": "1235"}, {"Extra": "1"}, {"X": ""}])
def test_a_changed_form_is_refused(client, change):
    """One digit, one more parameter, one blank one."""
    headers = {"X-Twilio-Signature": oracle(f"{BASE}/voice", VECTOR)}
    assert client.post("/voice", data=VECTOR | change, headers=headers).status_code == 403


def test_a_missing_header_is_refused(client):
    """And an empty one."""
    assert client.post("/voice", data=VECTOR).status_code == 403
    assert client.post("/voice", data=VECTOR, headers={"X-Twilio-Signature": ""}).status_code == 403
