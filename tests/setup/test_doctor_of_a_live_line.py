"""What the doctor says of a line with an account: what must be mended, what to think of, and what to do about each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from ivr.migrations.migrate import migrate
from ivr.setup import doctor
from ivr.staff import people
from ivr.staff.people import Person
from ivr.storage.database import begin_write, connect
from ivr.telephony import voice_sdk
from ivr.wallet import wallet_file
from ivr.web.hold_music import music_file
from tests.call_flows.line import HAIYUN, demo_world

OURS, VERIFIED, THEIRS, SERVICE = "+12025550100", "+12025550101", "+12025550199", "MG" + "0a" * 16
RETAINED = {"journals": 90, "summaries": 365, "messages": 30, "notes": 90}
CRM = {"": "https://crm.example.com"}


@pytest.fixture
def live(simulator):
    """A line that is set up as it should be: its wallet's line, a verified number and a messaging service are the
    account's.
    """
    account = simulator.runner.account
    account.owned_numbers, account.verified_numbers, account.senders = (
        lambda: [HAIYUN, OURS],
        {VERIFIED},
        {SERVICE, "12345"},
    )
    given = {
        "lab": False,
        "twilio_account_sid": account.sid,
        "public_base_url": "https://127.0.0.1:9",
        "wallet_api_url": {"": "https://wallet.example.com"},
        "wallet_api_token": {"": "t"},
        "crm_url": CRM,
        "crm_secret": {"": "s"},
        "agent_numbers": (OURS,),
        "fallback_agent": OURS,
        "retention_days": RETAINED,
        "callback_dial_prefixes": ("+1",),
        "desk_url": "",
    }
    settings = replace(simulator.settings, **given)
    engine = connect(settings.database_url)
    migrate(engine)
    load(engine, HAIYUN)
    engine.dispose()
    return settings


def load(engine, *lines):
    """Serve a wallet at this line."""
    haiyun = json.loads(demo_world())["wallets"][0]
    with begin_write(engine) as conn:
        if lines:
            wallet_file.replace(conn, [haiyun | {"line": lines[0], "lines": list(lines)}])
        else:
            for name in ("wallets", "wallet_lines"):
                conn.exec_driver_sql(f"DELETE FROM {name}")


def served_at(settings, *lines):
    engine = connect(settings.database_url)
    load(engine, *lines)
    engine.dispose()
    return settings


def found(settings, verdict, *about):
    """What it says with this verdict, and what to do; nobody listens at the public address here."""
    return [
        f"{one.says} → {one.mend}"
        for one in doctor.examine(lambda: settings)
        if one.verdict == verdict and one.about != "signatures" and one.about in (about or (one.about,))
    ]


def test_a_line_that_is_set_up_as_it_should_be_has_nothing_to_mend_and_nothing_to_think_of(live):
    """And says which numbers Twilio knows."""
    assert found(live, "bad") == found(live, "mind") == []
    assert f"haiyun's line {HAIYUN} is the account's" in " ".join(found(live, "good", "numbers"))


def test_without_a_wallet_every_caller_is_turned_away_and_that_must_be_mended(live):
    """The command stands there."""
    (said,) = found(served_at(live), "bad")
    assert "every caller hears that the number is not in service" in said and "flask wallets load FILE" in said


@pytest.mark.parametrize(
    "change, says",
    [
        ({"agent_numbers": ("+8613900000001", OURS)}, "AGENT_NUMBERS has 1 number of mainland China"),
        ({"agent_numbers": ("+8613900000001", "+8613900000002")}, "AGENT_NUMBERS has 2 numbers of mainland China"),
        ({"fallback_agent": "+8613900000001"}, "FALLBACK_AGENT has 1 number of mainland China"),
        ({"callback_dial_prefixes": ("+1", "+8613")}, "CALLBACK_DIAL_PREFIXES has +86"),
        ({"callback_dial_prefixes": ("+",)}, "CALLBACK_DIAL_PREFIXES has +86"),
        ({"caller_id": {"haiyun": THEIRS}}, f"CALLER_ID {THEIRS} is no number of this account"),
        ({"sms_from": {"": THEIRS}}, f"SMS_FROM {THEIRS} is no number of this account that can text"),
        ({"sms_from": {"": VERIFIED}}, f"SMS_FROM {VERIFIED} is no number of this account that can text"),
        ({"sms_from": {"": "MG" + "0" * 32}}, "is no messaging service of this account"),
        ({"sms_from": {"": "54321"}}, "SMS_FROM 54321 is no short code of this account"),
        ({"twilio_auth_token": "another"}, "Twilio refuses our credentials (HTTP 401)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_twilio_would_refuse_must_be_mended(live, change, says):
    """One finding, with something to do."""
    (said,) = found(replace(live, **change), "bad")
    assert says in said and not said.endswith("→ ")


@pytest.mark.parametrize(
    "change, says",
    [
        ({"crm_url": {}, "crm_secret": {}}, "CRM_URL is empty"),
        (
            {"retention_days": dict.fromkeys(RETAINED, 0)},
            "keeps journals and summaries and messages and notes for ever",
        ),
        ({"retention_days": RETAINED | {"notes": 0}}, "RETENTION_DAYS keeps notes for ever"),
        ({"sms_from": {"": "Haiyun"}}, "SMS_FROM 'Haiyun' is a name"),
        ({"agent_numbers": ()}, "nobody is rung: AGENT_NUMBERS is empty"),
        ({"twilio_api_url": {"": "http://127.0.0.1:9"}}, "Twilio does not answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_be_meant_is_to_be_thought_of(live, change, says):
    """It is no reason to fail."""
    (said,) = found(replace(live, **change), "mind")
    assert says in said and not said.endswith("→ ") and found(replace(live, **change), "bad") == []


@pytest.mark.parametrize(
    "change",
    [
        {"caller_id": {"": OURS}},
        {"caller_id": {"": VERIFIED}},
        {"sms_from": {"": OURS}},
        {"sms_from": {"": SERVICE}},
        {"sms_from": {"": "12345"}},
    ],
)
def test_what_is_the_accounts_is_good(live, change):
    """Numbers, verified ones for calls, messaging services, short codes."""
    assert found(replace(live, **change), "bad") == found(replace(live, **change), "mind") == []


def test_a_line_that_is_forwarded_is_to_be_thought_of(live):
    """Only the number that answers can be called from; where the settings name one, that is said."""
    forwarded = served_at(live, "+864001000101", HAIYUN)
    (said,) = found(forwarded, "mind")
    assert "haiyun's line +864001000101 is no number of this account" in said and "forwarded" in said


def test_a_line_that_cannot_text_and_has_no_sender_must_be_mended(live, monkeypatch):
    """Codes would never come."""
    monkeypatch.setattr("ivr.telephony.twilio_rest.OwnNumbers.find", lambda self, number: {"voice"})
    (said,) = found(live, "bad")
    assert f"haiyun's line {HAIYUN} cannot text" in said
    assert found(replace(live, sms_from={"haiyun": SERVICE}), "bad") == []


def works_there(settings, **more):
    """One member of staff."""
    engine = connect(settings.database_url)
    with begin_write(engine) as conn:
        people.add(conn, Person("lin", "Lin", "agent", ("haiyun",), **more), "hash", "root", datetime.now(UTC))
        if more.get("disabled"):
            people.disable(conn, "lin", "root", datetime.now(UTC))
    engine.dispose()


def test_the_trunk_of_a_carrier_of_ones_own_is_looked_up(simulator, live):
    """One that is not there rings nobody, and only the agent who is never rung would notice."""
    trunk = "BY" + "0a" * 16
    works_there(live, address=f"byoc:{trunk}/+8619900009001")
    simulator.runner.account.trunks = {trunk}
    assert [one for one in found(live, "good") if "BYOC trunk of the account; it rings lin" in one]
    simulator.runner.account.trunks = set()
    (said,) = found(live, "bad")
    assert f"{trunk} is no BYOC trunk of this account: lin cannot be rung" in said


def test_without_agent_numbers_nothing_is_odd_where_a_member_of_staff_has_an_address(live):
    """The queue rings them."""
    works_there(live, address="+12025550181")
    at_the_desk = replace(live, agent_numbers=(), hold_music_url="https://music.example.com/a.wav")
    assert found(at_the_desk, "mind") == found(at_the_desk, "bad") == []


@pytest.mark.parametrize("more", [{}, {"address": "+12025550181", "disabled": True}], ids=["no address", "disabled"])
def test_a_member_of_staff_who_cannot_be_rung_is_no_agent(live, more):
    """Callers would get a callback; and nobody needs music."""
    works_there(live, **more)
    (said,) = found(replace(live, agent_numbers=()), "mind")
    assert "nobody is rung" in said


def test_where_callers_wait_in_a_queue_hold_music_is_to_be_thought_of(live):
    """Production does not make the file by itself; callers would hear twenty seconds of nothing."""
    works_there(live, address="+12025550181")
    (said,) = found(live, "mind")
    assert "no hold music" in said and "python -m audio --music" in said
    music_file(live).parent.mkdir(exist_ok=True)
    music_file(live).write_bytes(b"RIFF")
    assert found(live, "mind") == []


@pytest.mark.parametrize("lacks", ["key", "sdk", "desk", None])
def test_whoever_is_rung_in_the_browser_needs_a_key_the_sdk_and_the_desk(live, monkeypatch, tmp_path, lacks):
    """Without any of them every call to that person is missed; with all of them there is nothing to mend."""
    works_there(live, address="client:lin")
    (tmp_path / "sdk.js").write_text("")
    monkeypatch.setattr(voice_sdk, "FILE", tmp_path / ("none.js" if lacks == "sdk" else "sdk.js"))
    key = {} if lacks == "key" else {"twilio_api_key": "SK" + "0" * 32, "twilio_api_secret": "s"}
    url = "" if lacks == "desk" else "https://desk.example.com"
    at_the_desk = replace(live, hold_music_url="https://music.example.com/a.wav", desk_url=url, **key)
    said = [one for one in found(at_the_desk, "bad") if "in the browser" in one]
    names = {"key": "TWILIO_API_KEY", "sdk": "make voice-sdk", "desk": "DESK_URL"}
    assert ([names[lacks] in one for one in said] == [True]) if lacks else said == []


def test_the_sum_tells_what_must_be_mended_from_what_to_think_of(live):
    """And only the first makes the command fail."""
    thought = CliRunner().invoke(doctor.doctor_command(lambda: replace(live, crm_url={}, crm_secret={})))
    assert thought.output.splitlines()[-1] == "1 to mend, 1 to think of", (
        thought.output
    )  # nobody listens at its address
    assert doctor._sum(0, 2) == "nothing to mend, 2 to think of" and doctor._sum(0, 0) == "nothing to mend"


def test_the_desk_needs_an_admin_who_can_sign_in(live):
    """And whoever needs a code an app; without an address of the desk nothing is asked."""
    there = replace(live, desk_url="https://desk.example.com")
    assert not of_the_desk(live)
    (nobody,) = of_the_desk(there)
    assert nobody.verdict == "mind" and "flask staff add" in nobody.mend
    engine = connect(live.database_url)
    person = Person("ann", "Ann", "admin", ("haiyun",))
    with begin_write(engine) as conn:
        people.add(conn, person, "hash", "root", datetime.now(UTC))
    (still, without) = of_the_desk(there)
    assert "no admin" in still.says and "ann cannot sign in" in without.says and "flask staff totp ann" in without.mend
    with begin_write(engine) as conn:
        people.set_totp(conn, "ann", "sealed", "root", datetime.now(UTC))
    engine.dispose()
    (fine,) = of_the_desk(there)
    assert (fine.verdict, fine.says) == ("good", "1 can sign in")


def of_the_desk(settings):
    """What the doctor says of it."""
    return [one for one in doctor.examine(lambda: settings) if one.about == "desk"]
