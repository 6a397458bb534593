"""REST requests: by which credentials, to which addresses, and what Twilio says of our numbers."""

from __future__ import annotations

import base64
from dataclasses import replace

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from ivr.telephony import twilio_rest
from ivr.telephony.dialling import Ringing
from ivr.telephony.recordings import NotDone
from ivr.telephony.texting import Text
from ivr.telephony.twilio_rest import OwnNumbers, Refused, TwilioRecordings, TwilioSms, TwilioTelephone, Unreachable
from tests.simulator.conftest import stub  # noqa: F401 (a fixture: pytest finds it by its name)
from tests.simulator.running_simulator import running_simulator
from tests.wallet.serving import served

ACCOUNT, KEY, SERVICE = "AC" + "1" * 32, "SK" + "2" * 32, "MG" + "0a" * 16
OURS, THEIRS = "+12025550100", "+12025550199"


class Listening:
    """Whatever is asked is written down and answered with a message of no use."""

    def __init__(self):
        self.asked = []

    def __call__(self, environ, start):
        request = Request(environ)
        request.get_data()
        self.asked.append(request)
        body = b"RIFF" if request.path.endswith(".wav") else b'{"sid": "SM1", "status": "completed"}'
        return Response(body, 200, content_type="application/json")(environ, start)

    @property
    def last(self):
        """The path, and who asked."""
        request = self.asked[-1]
        return request.path, base64.b64decode(request.headers["Authorization"].split()[1]).decode()


@pytest.fixture
def account(settings):
    """A line with an account and an API key."""
    given = {"twilio_account_sid": ACCOUNT, "twilio_api_key": KEY, "twilio_api_secret": "pepper"}
    return replace(settings, lab=False, **given)


def close(*ours):
    for one in ours:
        one._client.http_client.session.close()


def test_requests_use_the_api_key_for_the_account_and_never_the_token(account):
    """Also for the sound of a recording, which the library does not fetch."""
    twilio = Listening()
    with served(twilio) as url:
        made = replace(account, twilio_api_url={"": url})
        sms, recordings = TwilioSms(made), TwilioRecordings(made)
        sms.send("case:1", Text(THEIRS, "Hello.", OURS))
        assert twilio.last == (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", f"{KEY}:pepper")
        recordings.sound("RE1")
        assert twilio.last == (f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.wav", f"{KEY}:pepper")
        close(sms, recordings)
    assert all("12345" not in f"{request.headers}{request.get_data()}" for request in twilio.asked)


class Leading:
    """A Twilio that knows its recordings, and leads whoever wants the sound elsewhere."""

    def __init__(self, to):
        self.to, self.asked = to, []

    def __call__(self, environ, start):
        request = Request(environ)
        self.asked.append(request)
        if request.path.endswith(".wav"):
            return Response("", 302, headers={"Location": self.to})(environ, start)
        return Response('{"sid": "RE1", "status": "completed"}', content_type="application/json")(environ, start)


def test_the_sound_of_a_recording_is_fetched_from_twilio_only(account):
    """A redirect to anybody else, a service of our own network perhaps, is not followed: nobody there is asked
    anything.
    """
    elsewhere = Listening()
    with served(elsewhere) as other, served(Leading(f"{other}/latest/secrets.wav")) as url:
        recordings = TwilioRecordings(replace(account, twilio_api_url={"": url}))
        with pytest.raises(NotDone, match="302"):
            recordings.sound("RE1")
        close(recordings)
    assert elsewhere.asked == []


def test_twilios_other_hosts_are_given_no_credentials(account, monkeypatch):
    """A signed address of its media network needs none."""
    media = Listening()
    with served(media) as other, served(Leading(f"{other}/RE1.wav")) as url:
        monkeypatch.setattr(twilio_rest, "_is_twilios", lambda address: str(address).startswith(other))
        recordings = TwilioRecordings(replace(account, twilio_api_url={"": url}))
        assert recordings.sound("RE1") == b"RIFF"
        close(recordings)
    assert ["Authorization" in request.headers for request in media.asked] == [False]


def test_a_recording_that_leads_to_itself_is_given_up(account):
    """After a few rounds; on its own host the credentials are the right ones."""
    twilio = Leading("/RE1.wav")
    with served(twilio) as url:
        recordings = TwilioRecordings(replace(account, twilio_api_url={"": url}))
        with pytest.raises(NotDone, match="302"):
            recordings.sound("RE1")
        close(recordings)
    sounds = [request for request in twilio.asked if request.path.endswith(".wav")]
    assert 1 < len(sounds) < 6 and all("Authorization" in request.headers for request in sounds)


@pytest.mark.parametrize(
    "address, theirs",
    [
        ("https://media.twiliocdn.com/a", True),
        ("https://api.dublin.ie1.twilio.com/a", True),
        ("http://media.twiliocdn.com/a", False),
        ("https://twilio.com.evil.example/a", False),
        ("https://evil-twilio.com/a", False),
        ("https://api.twilio.com@evil.example/a", False),
        ("https://169.254.169.254/a", False),
    ],
)
def test_a_host_is_twilios_by_its_name_and_by_https(address, theirs):
    """And not because its name is in the address."""
    assert twilio_rest._is_twilios(httpx.URL(address)) == theirs


def test_an_agent_is_rung_by_rest_for_as_many_seconds_as_the_setting_says(account):
    """And from the number that is named."""
    twilio = Listening()
    with served(twilio) as url:
        telephone = TwilioTelephone(replace(account, twilio_api_url={"": url}, ring_seconds=40))
        telephone.ring(Ringing(THEIRS, OURS, "https://ivr.example.com/voice", "https://ivr.example.com/voice/leg"))
        form = twilio.asked[-1].form
        assert (form["From"], form["To"], form["Timeout"]) == (OURS, THEIRS, "40")
        close(telephone)


def test_without_a_key_they_use_the_token(account):
    """As ever."""
    twilio = Listening()
    with served(twilio) as url:
        sms = TwilioSms(replace(account, twilio_api_url={"": url}, twilio_api_key="", twilio_api_secret=""))
        sms.send("case:1", Text(THEIRS, "Hello.", OURS))
        assert twilio.last[1] == f"{ACCOUNT}:12345"
        close(sms)


def test_each_product_goes_to_its_own_address(account):
    """Two products may have the same paths; one that has no address of ours is left to Twilio."""
    api, messaging = Listening(), Listening()
    with served(api) as one, served(messaging) as other:
        client = twilio_rest.client(replace(account, twilio_api_url={"api": one, "messaging": f"{other}/below"}))
        client.messages.create(to=THEIRS, from_=OURS, body="Hello.")
        client.messaging.v1.services(SERVICE).fetch()
        assert (len(api.asked), messaging.last[0]) == (1, f"/below/v1/Services/{SERVICE}")
        client.http_client.session.close()
    assert (
        twilio_rest._ours({"api": "http://127.0.0.1:1"}, "https://verify.twilio.com/v2/x")
        == "https://verify.twilio.com/v2/x"
    )


@pytest.mark.parametrize(
    "region, edge, host",
    [
        ("", "", "api.twilio.com"),
        ("ie1", "", "api.ie1.twilio.com"),
        ("ie1", "dublin", "api.dublin.ie1.twilio.com"),
        ("", "ashburn", "api.ashburn.us1.twilio.com"),
    ],
)
def test_region_and_edge_are_those_of_the_settings(account, region, edge, host, monkeypatch):
    """And not those that the library would read from the environment by itself."""
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    made = replace(account, twilio_region=region, twilio_edge=edge, twilio_api_url={})
    client, recordings = twilio_rest.client(made), TwilioRecordings(made)
    assert client.get_hostname("https://api.twilio.com/2010-04-01") == f"https://{host}/2010-04-01"
    assert recordings._address == f"https://{host}/2010-04-01/Accounts/{ACCOUNT}/Recordings"
    client.http_client.session.close()
    close(recordings)


def test_the_simulator_takes_an_api_key_of_its_account(stub, settings):  # noqa: F811
    """As Twilio does, beside the token; and no other."""
    with running_simulator(stub, replace(settings, twilio_api_key=KEY, twilio_api_secret="pepper")) as simulator:
        assert simulator.rest.auth == (KEY, "pepper") and simulator.rest.messages.list() == []
        wrong = OwnNumbers(replace(simulator.settings, twilio_api_secret="salt"))
        with pytest.raises(Refused, match="401"):
            wrong.find(OURS)
        close(wrong)


def test_twilio_is_asked_what_belongs_to_the_account(stub, settings):  # noqa: F811
    """Numbers and what they can do, verified numbers, short codes, messaging services."""
    with running_simulator(stub, settings) as simulator:
        registers = simulator.runner.account
        registers.owned_numbers, registers.verified_numbers, registers.senders = (
            lambda: [OURS],
            {THEIRS},
            {"12345", SERVICE},
        )
        numbers = OwnNumbers(simulator.settings)
        assert numbers.find(OURS) == {"voice", "sms"}
        assert numbers.find(THEIRS) is None
        assert [numbers.is_verified(number) for number in (OURS, THEIRS)] == [False, True]
        assert [numbers.has_short_code(code) for code in ("12345", "54321")] == [True, False]
        assert [numbers.has_service(service) for service in (SERVICE, "MG" + "0" * 32)] == [True, False]
        close(numbers)


def test_a_twilio_that_does_not_answer_is_told_from_one_that_refuses(account):
    """The first says nothing about the numbers."""
    numbers = OwnNumbers(replace(account, twilio_api_url={"": "http://127.0.0.1:9"}))
    with pytest.raises(Unreachable):
        numbers.find(OURS)
    close(numbers)


def test_the_simulator_refuses_what_twilio_refuses_of_a_number_that_is_not_the_accounts(stub, settings):  # noqa: F811
    """Calls 21210, texts 21606; a verified number may call and not text."""
    with running_simulator(stub, settings) as simulator:
        simulator.runner.account.owned_numbers, simulator.runner.account.verified_numbers = lambda: [OURS], {THEIRS}
        codes = []
        for caller in ("+12025550155", THEIRS):
            for ask in (
                lambda c: simulator.rest.calls.create(to="+12025550143", from_=c, twiml="<Response/>"),
                lambda c: simulator.rest.messages.create(to="+12025550143", from_=c, body="Hello."),
            ):
                try:
                    ask(caller)
                except twilio_rest.TwilioRestException as refusal:
                    codes.append(refusal.code)
        assert codes == [21210, 21606, 21606]
