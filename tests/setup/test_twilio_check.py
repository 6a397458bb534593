"""The check proves test credentials, number formats and our handling of refusals, and touches nothing."""

from __future__ import annotations

from dataclasses import replace

from click.testing import CliRunner

from ivr.setup.twilio_check import cases, credentials_fault, twilio_group
from ivr.simulator.rest.credentials import TEST
from tests.simulator.running_simulator import TEST_SID, TEST_TOKEN, running_simulator


def checked(settings, *arguments):
    """The command as a person runs it."""
    return CliRunner().invoke(twilio_group(lambda: settings), ["check", *arguments])


def test_every_magic_number_gets_the_answer_that_it_stands_for(simulator):
    """Against the simulator, which answers test credentials as Twilio does."""
    result = checked(simulator.settings, "--to", simulator.settings.twilio_api_url[""])
    assert result.exit_code == 0, result.output
    assert result.output.count("[ ok ]") == len(list(cases()))
    assert "nobody was called" in result.output and not simulator.runner.calls


def test_the_simulator_of_a_lab_without_any_credentials_is_asked_with_its_own(stub, settings):
    """`make run` and `--to` are all that is needed; half of a pair is still named as missing, and Twilio gets none of
    it.
    """
    with running_simulator(stub, settings, ("", "")) as lab:
        result = checked(lab.settings, "--to", lab.settings.twilio_api_url[""])
        half = replace(lab.settings, twilio_test_account_sid=TEST_SID)
        assert "are empty" in checked(half, "--to", lab.settings.twilio_api_url[""]).output
    assert result.exit_code == 0, result.output
    assert result.output.count("[ ok ]") == len(list(cases()))
    for elsewhere in ((), ("--to", "http://simulator.example.com:5001")):
        assert "TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN are empty" in checked(settings, *elsewhere).output


def test_the_simulators_own_credentials_open_nothing_where_others_are_set(simulator):
    """Only one pair is known at a time."""
    wrong = replace(simulator.settings, twilio_test_account_sid=TEST[0], twilio_test_auth_token=TEST[1])
    assert "20003 came" in checked(wrong, "--to", simulator.settings.twilio_api_url[""]).output


def test_an_answer_that_is_not_the_expected_one_fails(simulator, monkeypatch):
    """Expected and came stand side by side."""
    from ivr.simulator.rest import magic_numbers

    monkeypatch.setitem(magic_numbers.TEXTING_TO, "+15005550009", 0)
    result = checked(simulator.settings, "--to", simulator.settings.twilio_api_url[""])
    assert result.exit_code == 1
    assert "expected 21614, came success" in result.output and "1 not as expected" in result.output


def test_live_credentials_are_found_out_before_anything_is_bought(simulator):
    """Only live ones may look for queues; that is asked first, and nothing after it."""
    live = replace(
        simulator.settings,
        twilio_test_account_sid=simulator.runner.account.sid,
        twilio_test_auth_token=simulator.settings.twilio_auth_token,
    )
    result = checked(live, "--to", simulator.settings.twilio_api_url[""])
    assert result.exit_code == 1 and "live credentials" in result.output and not simulator.runner.calls


def test_an_address_that_is_none_is_refused_with_one_that_would_do(simulator):
    """Before anything is asked."""
    result = checked(simulator.settings, "--to", "localhost")
    assert result.exit_code == 2 and "'localhost' is no address; write one such as http://" in result.output


def test_wrong_credentials_are_told_from_test_ones(simulator):
    """20003 is neither."""
    wrong = replace(simulator.settings, twilio_test_auth_token="other")
    result = checked(wrong, "--to", simulator.settings.twilio_api_url[""])
    assert result.exit_code == 1 and "20003 came" in result.output


def test_the_accounts_own_credentials_are_refused_without_a_request(settings):
    """Neither its SID nor its token may stand in for the test ones."""
    live = replace(settings, twilio_account_sid="AC" + "1" * 32)
    same_sid = replace(live, twilio_test_account_sid="AC" + "1" * 32, twilio_test_auth_token="t")
    same_token = replace(live, twilio_test_account_sid=TEST_SID, twilio_test_auth_token=live.twilio_auth_token)
    for refused in (same_sid, same_token):
        assert "live account" in credentials_fault(refused)
        assert checked(refused).exit_code == 1


def test_missing_test_credentials_are_named(settings):
    """And where they are shown."""
    assert "TWILIO_TEST_ACCOUNT_SID" in checked(settings).output


def test_a_silent_twilio_is_an_error_of_one_line(settings):
    """No traceback."""
    test = replace(settings, twilio_test_account_sid=TEST_SID, twilio_test_auth_token=TEST_TOKEN)
    result = checked(test, "--to", "http://127.0.0.1:9")
    assert result.exit_code == 1 and result.output.startswith("Error: http://127.0.0.1:9 does not answer: ")
    assert "make run" in result.output and result.output.count("\n") == 1
