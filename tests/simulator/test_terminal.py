"""The telephone in the terminal."""

from __future__ import annotations

import pytest

from ivr.simulator import terminal
from tests.simulator.stub_app import TOKEN, en, zh


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("TWILIO_ACCOUNT_SID", "PUBLIC_BASE_URL", "DATABASE_URL", "LAB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)


def _person(*typed: str):
    lines = iter(typed)

    def ask(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    return ask


def test_a_call_is_held_and_saved_as_a_test(stub, tmp_path):
    """The saved call is a dialogue test that passes."""
    stub.on(
        "/voice",
        '<Gather numDigits="1" finishOnKey="" action="/chosen">'
        + zh("充值，请按一。")
        + "</Gather><Redirect>/quiet</Redirect>",
    )
    stub.on("/quiet", '<Gather numDigits="1" action="/chosen">' + zh("不着急。") + "</Gather>").on(
        "/chosen", zh("再见。")
    )
    shown, saved = [], tmp_path / "test_call.py"
    arguments = ["--server", stub.url, "--agent", "busy", "--save", str(saved)]
    assert terminal.main(arguments, _person("?", "repeat", "", "1"), shown.append) == 0
    assert {"  不着急。", "  再见。", "  same answer", "  [the call is over]"} <= set(shown)
    namespace: dict = {}
    exec(compile(saved.read_text(), saved, "exec"), namespace)  # noqa: S102
    namespace["test_the_recorded_call_still_goes_the_same_way"]()


def test_the_language_is_chosen_when_asked_for(stub):
    """--lang en presses the key that is offered in English."""
    stub.on(
        "/voice",
        '<Gather numDigits="1" action="/chosen">' + zh("普通话，请按一。") + en("For English, press 2.") + "</Gather>",
    )
    stub.on("/chosen", en("Hello."))
    terminal.main(["--server", stub.url, "--lang", "en"], _person(), lambda _line: None)
    assert stub.forms("/chosen")[0]["Digits"] == "2"


def test_the_person_plays_the_agent_when_no_behaviour_is_given(stub):
    """The behaviour is asked for each call to an agent."""
    stub.on("/voice", '<Dial action="/dialled">+8613911110001</Dial>').on("/dialled", zh("再见。"))
    terminal.main(["--server", stub.url], _person("n"), lambda _line: None)
    assert stub.forms("/dialled")[0]["DialCallStatus"] == "no-answer"


def test_the_end_of_input_hangs_up(stub):
    """Ctrl-D hangs up."""
    stub.on("/voice", "<Gather>" + zh("请选择。") + "</Gather>")
    terminal.main(["--server", stub.url], _person(), lambda _line: None)
    assert stub.forms("/voice/status")[0]["CallStatus"] == "completed"


def test_the_end_of_input_hangs_up_while_an_agent_is_called_too(stub):
    """The caller is gone; the agent has not declined."""
    stub.on("/voice", '<Dial action="/dialled">+8613911110001</Dial>')
    shown = []
    terminal.main(["--server", stub.url], _person(), shown.append)
    assert shown[-1] == "  [the call is over]" and stub.forms("/dialled") == []
    assert stub.forms("/voice/status")[0]["CallStatus"] == "completed"


@pytest.mark.parametrize(
    ("port", "token", "advice"), [("1", TOKEN, "make run"), (None, "another", "TWILIO_AUTH_TOKEN")]
)
def test_a_server_that_does_not_answer_is_reported_with_advice(stub, monkeypatch, port, token, advice):
    """No server on the port, or one with another token."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    shown = []
    server = f"http://127.0.0.1:{port}" if port else stub.url
    assert terminal.main(["--server", server], _person(), shown.append) == 1
    assert advice in shown[-1]


def test_a_webhook_that_cannot_be_sent_again_does_not_end_the_call(stub):
    """The server may be down for a moment."""
    stub.on("/voice", '<Gather numDigits="1" action="/chosen">' + zh("请选择。") + "</Gather>", 500, 500)
    shown = []
    stub.on("/chosen", zh("再见。"))
    assert terminal.main(["--server", stub.url], _person("repeat", "1"), shown.append) == 0
    assert any("HTTP 500" in line for line in shown) and "  再见。" in shown


def test_what_is_said_after_a_tone_is_kept_by_the_labs_simulator(simulator, monkeypatch):
    """The app fetches it there; speech waits for the tone, and a key ends the recording."""
    stub = simulator.stub
    monkeypatch.setenv("TWILIO_API_URL", simulator.settings.twilio_api_url[""])
    stub.on("/voice", '<Gather action="/x">' + zh("请说。") + '</Gather><Record action="/noted" finishOnKey="#"/>')
    stub.on("/noted", zh("再见。"))
    shown = []
    terminal.main(["--server", stub.url], _person("say 我的卡被拒绝了", "#"), shown.append)
    noted = stub.forms("/noted")[0]
    assert noted["Digits"] == "#" and "  再见。" in shown
    (kept,) = simulator.rest.recordings.list(call_sid=noted["CallSid"])
    assert (kept.sid, simulator.runner.account.recordings[0].words) == (noted["RecordingSid"], "我的卡被拒绝了")


def test_speech_without_a_recording_is_refused(stub):
    """It is not a key."""
    stub.on("/voice", "<Gather>" + zh("请选择。") + "</Gather>")
    shown = []
    terminal.main(["--server", stub.url], _person("say hello"), shown.append)
    assert any(line.startswith("  keys are") for line in shown)
