"""The telephone in an agent's browser: who may accept what, what the server does for it, and the token of the SDK."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue
from ivr.desk import app as desk_app
from ivr.queue.tables import agent_offers
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks.tables import talk_legs
from ivr.talks.tables import talks as talks_table
from ivr.telephony import voice_sdk
from ivr.telephony.softphone import Heard, Leg, NotReached
from tests.desk.conftest import live, open_desk
from tests.desk.queue_rows import activity, entry_status, rings, rings_back, talks, waits

ACCOUNT, KEY, SECRET = "AC" + "a" * 32, "SK" + "b" * 32, "s" * 32


class Telephone:
    """A telephone that the server operates, and that notes what it is told."""

    def __init__(self):
        self.did, self.leg, self.is_there = [], None, True

    def _does(self, *what):
        if not self.is_there:
            raise NotReached("nothing there")
        self.did.append(what)

    def here(self, person):
        self._does("here", person)
        return self.leg

    def __getattr__(self, name):
        return lambda *given: self._does(name, *given)


@pytest.fixture
def telephone():
    """The one of the lab."""
    return Telephone()


@pytest.fixture
def desk(day, copied, monkeypatch, telephone):
    """A desk whose agent of Haiyun takes calls in the browser."""
    monkeypatch.setattr(desk_app, "make_softphone", lambda _settings: telephone)
    return with_browsers(open_desk(live(day.settings), copied, monkeypatch))


def with_browsers(desk):
    """Both agents of Haiyun are rung in their browsers."""
    with begin_write(desk.engine) as conn:
        for name in ("agent_h", "idle_h"):
            conn.execute(sa.update(staff).where(staff.c.id == name).values(address=f"client:{name}"))
    return desk


def rung(desk, day, who="agent_h", address=None):
    """An offer to this agent's browser."""
    offer = rings(desk, who, waits(desk, day.abandoned))
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(agent_offers).values(address=address or f"client:{who}", call="CA" + "7" * 32))
    return offer


def state(desk, offer="offer-1"):
    """How the offer stands."""
    with begin_read(desk.engine) as conn:
        return conn.scalar(sa.select(agent_offers.c.state).where(agent_offers.c.id == offer))


def test_the_button_claims_the_offer_and_then_answers(desk, day, telephone):
    """In this order: the webhook of the answered leg has to know that a person is there."""
    window = desk.by("agent_h")
    rung(desk, day)
    assert "Accept" in window.gets("/desk/").text
    claimed = []
    telephone.accept = lambda *given: claimed.append((state(desk), *given))
    assert window.posts("/desk/phone/accept", offer="offer-1").location == "/desk/"
    assert claimed == [("claimed", "agent_h", "CA" + "7" * 32)] and entry_status(desk) == "claimed"
    assert "Hang up" in window.gets("/desk/").text


def test_accepting_twice_is_the_same(desk, day):
    """Two windows, or a double click."""
    one, other = desk.by("agent_h"), desk.by("agent_h")
    rung(desk, day)
    for window in (one, other, one):
        assert window.posts("/desk/phone/accept", offer="offer-1").status_code == 303
    assert (state(desk), activity(desk, "agent_h")) == ("claimed", "talking")


def test_a_caller_who_has_gone_is_not_answered(desk, day, telephone):
    """The agent is told so in a sentence; the telephone stays silent."""
    window = desk.by("agent_h")
    rung(desk, day)
    with begin_write(desk.engine) as conn:
        conn.execute(sa.text("UPDATE queue_entries SET status = 'over', outcome = 'abandoned'"))
    answer = window.posts("/desk/phone/accept", offer="offer-1")
    assert answer.status_code == 409 and "hung up" in answer.text
    assert [what for what, *_ in telephone.did if what == "accept"] == []


@pytest.mark.parametrize("act", ["accept", "decline"])
def test_the_desk_says_that_it_is_a_callback_and_opens_the_card_once_it_is_accepted(desk, day, telephone, act):
    """What it is about; nobody else accepts it, and who declines it does not see the card."""
    window, other = desk.by("idle_h"), desk.by("agent_h")
    offer = rings_back(desk, "idle_h", day.taken)
    page = window.gets("/desk/").text
    assert "<b>Callback</b>" in page and "top-up" in page.lower() and "Accept" in page and "Waited</dt>" not in page
    assert f'data-offer="{offer}" data-state="ringing"' in window.posts("/desk/phone/here").text
    assert window.gets(f"/desk/calls/{day.taken}").status_code == 404
    assert other.posts("/desk/phone/accept", offer=offer).status_code == 409
    assert window.posts(f"/desk/phone/{act}", offer=offer).status_code == 303
    if act == "accept":
        assert ("accept", "idle_h", "CA" + "7" * 32) in telephone.did and activity(desk, "idle_h") == "talking"
        assert f"/desk/calls/{day.taken}" in window.gets("/desk/").text and "Hang up" in window.gets("/desk/").text
        assert window.gets(f"/desk/calls/{day.taken}").status_code == 200
    else:
        assert ("decline", "idle_h") in telephone.did and activity(desk, "idle_h") == "idle"
        assert window.gets(f"/desk/calls/{day.taken}").status_code == 404
        with begin_read(desk.engine) as conn:
            assert conn.execute(sa.select(callback_queue.c.status, callback_queue.c.next)).one() == ("queued", None)


@pytest.mark.parametrize("whose", ["another agent", "a telephone", "nobody"])
@pytest.mark.parametrize("act", ["accept", "decline"])
def test_only_ones_own_browser_is_operated(desk, day, telephone, whose, act):
    """The offer of somebody else, or one that rings a telephone, where a mailbox may answer, is not there."""
    window = desk.by("agent_h")
    if whose == "a telephone":
        rung(desk, day, address="+12025550181")
    elif whose == "another agent":
        rung(desk, day, "idle_h")
    answer = window.posts(f"/desk/phone/{act}", offer="offer-1")
    assert answer.status_code == (409 if act == "accept" else 303)
    assert state(desk) in (None, "ringing") and {what for what, *_ in telephone.did} <= {"here"}


def test_declining_passes_the_caller_on_before_the_ringing_stops(desk, day, telephone):
    """The place is kept, and the agent is no longer rung."""
    window = desk.by("agent_h")
    rung(desk, day)
    window.posts("/desk/phone/decline", offer="offer-1")
    assert (state(desk), entry_status(desk)) == ("declined", "queued") and ("decline", "agent_h") in telephone.did


def test_declining_does_not_end_what_was_accepted(desk, day, telephone):
    """The button of a window that was not drawn anew."""
    window = desk.by("agent_h")
    rung(desk, day)
    talks(desk)
    window.posts("/desk/phone/decline", offer="offer-1")
    assert state(desk) == "connected" and ("decline", "agent_h") not in telephone.did


def test_a_telephone_that_does_not_answer_is_said(desk, day, telephone):
    """The offer is claimed; when its leg has rung out, the caller is at the head of the queue again."""
    window = desk.by("agent_h")
    rung(desk, day)
    telephone.is_there = False
    answer = window.posts("/desk/phone/accept", offer="offer-1")
    assert answer.status_code == 409 and "not reached" in answer.text
    assert "simulator does not answer" in window.gets("/desk/").text
    script = {"X-Desk-Script": "1", "Origin": window.host}
    told = window.client.post(
        "/desk/phone/hang-up", data={"csrf_token": window.token()}, headers=script, base_url=window.host
    )
    assert told.status_code == 409 and "<" not in told.text and "not reached" in told.text


def test_what_is_said_stands_on_the_page_and_comes_again_after_a_reload(desk, day, telephone):
    """The state is the server's; a name of markup stays text."""
    window = desk.by("agent_h")
    rung(desk, day)
    talks(desk)
    lines = (
        Heard("line", "Not verified.", "en"),
        Heard("caller", "<script>我的充值</script>", "zh"),
        Heard("me", "Hello", ""),
    )
    telephone.leg = Leg("CA" + "7" * 32, "talking", False, lines)
    for _ in range(2):
        text = window.gets("/desk/").text
        assert "&lt;script&gt;我的充值" in text and "<script>我" not in text and 'name="words"' in text
    window.posts("/desk/phone/say", words=" How can I help? ")
    assert telephone.did[-2:-1] != [] and ("say", "agent_h", "How can I help?") in telephone.did
    for words in ("", " ", "x" * 301):
        assert window.posts("/desk/phone/say", words=words).status_code == 400
    window.posts("/desk/phone/hang-up")
    assert ("hang_up", "agent_h") in telephone.did


def test_signing_out_for_good_closes_the_telephone(desk, telephone):
    """With another browser signed in it goes on there."""
    one, other = desk.by("agent_h"), desk.by("agent_h")
    one.posts("/desk/sign-out")
    assert ("leave", "agent_h") not in telephone.did
    other.posts("/desk/sign-out")
    assert telephone.did[-1] == ("leave", "agent_h")


def test_who_is_rung_elsewhere_has_no_telephone_here(desk, day, telephone):
    """Nothing is registered for them, and their page says where they are rung."""
    window = desk.by("super_h")
    assert "data-phone-panel" not in window.page.text and telephone.did == []
    assert "do not take calls in the browser" in window.gets("/desk/phone").text
    assert window.posts("/desk/phone/here").status_code == 204 and telephone.did == []


def test_the_heartbeat_of_an_open_page_is_no_use_of_the_session(desk, telephone):
    """It keeps the registration; an agent who is offline, and away, is signed out after the usual time."""
    window = desk.by("agent_h")
    token = window.token()
    for _minute in range(14):
        desk.now += timedelta(minutes=1)
        assert window.posts("/desk/phone/here", token=token).status_code == 200
    desk.now += timedelta(minutes=2)
    assert telephone.did.count(("here", "agent_h")) >= 14
    assert window.gets("/desk/me").location == "/desk/sign-in"


def with_sdk(day, copied, monkeypatch, tmp_path, **more):
    """A desk outside the lab, with an API key, and with the file of the SDK."""
    file = tmp_path / "twilio.min.js"
    file.write_text("window.Twilio = {};")
    monkeypatch.setattr(voice_sdk, "FILE", file)
    keys = {"twilio_account_sid": ACCOUNT, "twilio_api_key": KEY, "twilio_api_secret": SECRET}
    return with_browsers(open_desk(replace(live(day.settings), **(keys | more)), copied, monkeypatch))


def parts(token):
    """Header and claims of a token."""
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def test_the_token_is_for_this_person_for_incoming_calls_and_for_minutes(day, copied, monkeypatch, tmp_path):
    """It lets its holder be rung as that agent: no outgoing calls, no other identity, never stored."""
    desk = with_sdk(day, copied, monkeypatch, tmp_path, twilio_region="ie1")
    window = desk.by("agent_h")
    answer = window.posts("/desk/phone/token", identity="super_h")
    assert answer.status_code == 200, answer.text
    head, claims = parts(answer.json["token"])
    assert (head["cty"], head["twr"], claims["iss"], claims["sub"]) == ("twilio-fpa;v=1", "ie1", KEY, ACCOUNT)
    assert claims["grants"] == {"identity": "agent_h", "voice": {"incoming": {"allow": True}}}
    assert 0 < claims["exp"] - claims["nbf"] <= 3600
    assert answer.headers["Cache-Control"] == "no-store"
    assert window.posts("/desk/phone/token", token="forged").status_code == 400
    window.posts("/desk/sign-out")
    assert window.posts("/desk/phone/token").status_code == 303


def test_only_the_page_of_the_telephone_may_use_the_microphone_and_reach_twilio(day, copied, monkeypatch, tmp_path):
    """And only for what the SDK's documents list."""
    desk = with_sdk(day, copied, monkeypatch, tmp_path)
    window = desk.by("agent_h")
    page = window.gets("/desk/phone").headers
    assert (
        "connect-src 'self' https://eventgw.twilio.com wss://voice-js.roaming.twilio.com"
        in page["Content-Security-Policy"]
    )
    assert (
        "media-src 'self' mediastream:" in page["Content-Security-Policy"]
        and "script-src 'self';" in page["Content-Security-Policy"]
    )
    assert "microphone=(self)" in page["Permissions-Policy"]
    for path in ("/desk/", "/desk/me", f"/desk/calls/{day.taken}"):
        other = window.gets(path).headers
        assert "twilio" not in other["Content-Security-Policy"] and "microphone=()" in other["Permissions-Policy"]
    assert window.gets("/desk/phone/voice-sdk.js").text == "window.Twilio = {};"


@pytest.mark.parametrize(
    "region, edge, reached", [("", "", "roaming"), ("ie1", "", "dublin"), ("ie1", "frankfurt", "frankfurt")]
)
def test_browsers_reach_the_region_of_the_account(day, copied, monkeypatch, tmp_path, region, edge, reached):
    """A token of one region is unknown in the others."""
    desk = with_sdk(day, copied, monkeypatch, tmp_path, twilio_region=region, twilio_edge=edge)
    page = desk.by("agent_h").gets("/desk/phone")
    policy = page.headers["Content-Security-Policy"]
    assert f'data-edge="{reached}"' in page.text and f"wss://voice-js.{reached}.twilio.com" in policy
    assert ("https://eventgw.ie1.twilio.com" in policy) == (region == "ie1")


def test_with_twilio_the_button_claims_and_the_browser_answers(day, copied, monkeypatch, tmp_path):
    """The server has nothing to operate; the window of the telephone sees the state."""
    desk = with_sdk(day, copied, monkeypatch, tmp_path)
    window = desk.by("agent_h")
    rung(desk, day)
    assert window.posts("/desk/phone/accept", offer="offer-1").status_code == 303
    assert 'data-offer="offer-1" data-state="claimed"' in window.posts("/desk/phone/here").text


@pytest.mark.parametrize("lacks, says", [("key", "no API key"), ("sdk", "Voice SDK is not on this server")])
def test_what_is_missing_is_said_and_no_token_is_made(day, copied, monkeypatch, tmp_path, lacks, says):
    """The person reads why nobody rings, and what to ask for."""
    desk = with_sdk(day, copied, monkeypatch, tmp_path, **({"twilio_api_key": ""} if lacks == "key" else {}))
    if lacks == "sdk":
        monkeypatch.setattr(voice_sdk, "FILE", tmp_path / "none.js")
    window = desk.by("agent_h")
    assert says in window.page.text and says in window.gets("/desk/phone").text
    assert window.posts("/desk/phone/token").status_code == window.gets("/desk/phone/voice-sdk.js").status_code == 404


def test_a_colleague_who_is_consulted_accepts_on_the_panel(desk, day, telephone):
    """There is no caller's offer for it; the leg of the talk is accepted, by whom it rings only."""
    told = {"entry": "entry-1", "call": day.abandoned, "wallet": "haiyun", "staff": "idle_h", "mode": "conference"}
    told |= {"id": "t" * 16, "holding": True, "conference_over": False, "began": "", "status": "queued", "tries": 0}
    leg = {"id": "l" * 16, "talk": "t" * 16, "role": "consulted", "staff": "agent_h", "address": "client:agent_h"}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(talks_table).values(**told))
        conn.execute(sa.insert(talk_legs).values(**leg, state="ringing", hold=False, sequence=-1, at=""))
    window = desk.by("agent_h")
    assert "A colleague consults you" in window.page.text and f'data-offer="{"l" * 16}"' in window.page.text
    assert desk.by("super_h").posts("/desk/phone/accept", offer="l" * 16).status_code == 409
    assert window.posts("/desk/phone/accept", offer="l" * 16).status_code == 303
    assert ("accept", "agent_h", None) in telephone.did and 'data-state="claimed"' in window.gets("/desk/").text
    assert window.posts("/desk/phone/decline", offer="l" * 16).status_code == 303
    assert ("decline", "agent_h") not in telephone.did
