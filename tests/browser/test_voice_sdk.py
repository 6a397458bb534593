"""The window of Twilio's telephone, with a stand-in for the SDK: when it registers, answers, rejects, renews, ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from ivr.telephony import voice_sdk
from tests.desk import conftest as desks
from tests.desk.test_phone import ACCOUNT, KEY, SECRET, rung, state, with_browsers
from tests.ports import free_ports

pytestmark = pytest.mark.filterwarnings(  # werkzeug's server leaves a script open when its page has gone away
    "ignore:Exception ignored in. <_io.FileIO name='.*/ivr/desk/static/:pytest.PytestUnraisableExceptionWarning"
)
day, copied = desks.day, desks.copied

SDK = """
window.did = [];
class Emitter {
  constructor() { this.told = {}; }
  on(name, tell) { (this.told[name] ??= []).push(tell); }
  emit(name, ...given) { for (const tell of this.told[name] ?? []) tell(...given); }
}
window.Call = class extends Emitter {
  now = "pending";
  status() { return this.now; }
  does(what, then) { window.did.push(what); this.now = then; }
  accept() { this.does("accept", "open"); }
  reject() { this.does("reject", "closed"); this.emit("reject"); }
  disconnect() { this.does("disconnect", "closed"); this.emit("disconnect"); }
  mute(yes) { window.did.push(`mute ${yes}`); }
};
window.Twilio = { Device: class extends Emitter {
  constructor(token, options) {
    super(); window.device = this;
    window.did.push(`${token.split(".").length} ${options.edge}`); }
  async register() { window.did.push("register"); this.emit("registered"); }
  updateToken(token) { window.did.push(`update ${token.split(".").length}`); }
  destroy() { window.did.push("destroy"); }
} };
"""
"""What the page uses of the SDK, by its names; it notes what it is told."""
RINGS = "() => { window.call = new Call(); device.emit('incoming', call); }"


@pytest.fixture
def desk(day, copied, monkeypatch, tmp_path) -> Iterator[desks.Desk]:
    """A desk outside the lab behind a real socket, with an API key and the stand-in."""
    (tmp_path / "sdk.js").write_text(SDK)
    monkeypatch.setattr(voice_sdk, "FILE", tmp_path / "sdk.js")
    port = free_ports(1)
    keys = {"twilio_account_sid": ACCOUNT, "twilio_api_key": KEY, "twilio_api_secret": SECRET}
    settings = replace(desks.live(day.settings), desk_url=f"http://127.0.0.1:{port}", desk_port=port, **keys)
    opened = with_browsers(desks.open_desk(settings, copied, monkeypatch))
    server = make_server("127.0.0.1", port, opened.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield opened
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def signed_in(desk, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens pages of one browser in which the agent is signed in; an error in a console fails the test."""
    context, complaints = chromium.new_context(locale="en-US"), []
    context.add_init_script(
        "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => new MediaStream()"
    )

    def page(path: str) -> Page:
        made = context.new_page()
        made.on("pageerror", lambda error: complaints.append(str(error)))
        made.goto(desk.settings.desk_url + path)
        return made

    first = page("/desk/sign-in")
    first.locator("input[name=name]").fill("agent_h")
    first.locator("input[name=password]").fill(desks.PASSWORD)
    first.locator("main form button").first.click()
    first.close()
    yield page
    context.close()
    assert complaints == []


def did(page: Page, *what: str) -> None:
    """Wait until the stand-in was told exactly this."""
    page.wait_for_function(
        "wanted => JSON.stringify(window.did) === wanted",
        arg=str(list(what)).replace("'", '"').replace(", ", ","),
        timeout=15_000,
    )


def switched_on(signed_in: Callable[[str], Page]) -> Page:
    """The window of the telephone, registered."""
    telephone = signed_in("/desk/phone")
    telephone.get_by_role("button", name="Switch on").click()
    expect(telephone.locator("[data-voice=ready]")).to_be_visible()
    return telephone


def test_it_answers_when_the_offer_was_accepted_on_any_page(desk, day, signed_in):
    """Not before; and it hangs up when that is pressed there."""
    telephone = switched_on(signed_in)
    rung(desk, day)
    telephone.evaluate(RINGS)
    expect(telephone.locator("[data-voice=rings]")).to_be_visible()
    home = signed_in("/desk/")
    telephone.wait_for_timeout(3500)
    did(telephone, "3 roaming", "register")
    home.get_by_role("button", name="Accept", exact=True).click()
    did(telephone, "3 roaming", "register", "accept")
    expect(telephone.locator("[data-voice=talks]")).to_be_visible()
    telephone.get_by_role("button", name="Mute").click()
    home.goto(home.url)  # the talk is no matter of this page
    home.get_by_role("button", name="Hang up").click()
    did(telephone, "3 roaming", "register", "accept", "mute true", "disconnect")
    expect(telephone.locator("[data-voice=ready]")).to_be_visible()


def test_it_stops_ringing_when_the_offer_was_declined_or_is_over(desk, day, signed_in):
    """On another page, or by the caller who has left."""
    telephone = switched_on(signed_in)
    rung(desk, day)
    telephone.evaluate(RINGS)
    home = signed_in("/desk/")
    home.get_by_role("button", name="Decline").click()
    did(telephone, "3 roaming", "register", "reject")
    assert state(desk) == "declined"
    expect(telephone.locator("[data-voice=ready]")).to_be_visible()


def test_the_token_is_renewed_and_signing_out_ends_the_telephone(desk, signed_in):
    """On whichever page one signs out."""
    telephone = switched_on(signed_in)
    telephone.evaluate("() => device.emit('tokenWillExpire')")
    did(telephone, "3 roaming", "register", "update 3")
    signed_in("/desk/").get_by_role("button", name="Sign out").click()
    did(telephone, "3 roaming", "register", "update 3", "destroy")


def test_only_one_window_is_the_telephone(signed_in):
    """Two would ring twice, and one of them would answer for both."""
    switched_on(signed_in)
    second = signed_in("/desk/phone")
    expect(second.locator("[data-voice=other-window]")).to_be_visible()
    expect(second.get_by_role("button", name="Switch on")).to_be_hidden()


def test_what_keeps_it_from_ringing_is_said(desk, signed_in, monkeypatch):
    """Without a microphone, or when Twilio refuses; it can be switched on again."""
    telephone = signed_in("/desk/phone")
    refuse = "async () => { throw new DOMException('denied', 'NotAllowedError'); }"
    telephone.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {refuse}; }}")
    telephone.get_by_role("button", name="Switch on").click()
    expect(telephone.locator("[data-voice=no-microphone]")).to_be_visible()
    telephone.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => new MediaStream(); }")
    telephone.evaluate("() => { Twilio.Device.prototype.register = async () => { throw new Error('31005'); }; }")
    telephone.get_by_role("button", name="Switch on").click()
    expect(telephone.locator("[data-voice=no-connection]")).to_be_visible()
    expect(telephone.get_by_role("button", name="Switch on")).to_be_visible()
