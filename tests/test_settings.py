"""Settings say what is wrong, keep secrets secret, and never let a lab stand beside a real account."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import create_app
from ivr import run
from ivr.config.settings import Settings, SettingsError, keep_secret

ACCOUNT, TOKEN = "AC" + "0" * 32, "t" * 32
REAL = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_BASE_URL": "https://ivr.example.com"}


@pytest.fixture
def load(tmp_path):
    def load(dotenv=tmp_path / "no.env", **given):
        return Settings.load({"DATA_DIR": str(tmp_path / "var"), **given}, dotenv=dotenv)

    return load


def test_nothing_set_is_a_lab_with_a_token_of_its_own(load, tmp_path):
    """The same token for every process, in a file that nobody else may read."""
    first, second = load(), load()
    assert first.lab and first.twilio_auth_token == second.twilio_auth_token != ""
    assert first.server_key == second.server_key and len(first.server_key) == 32
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").iterdir()} == {0o600}


def test_only_a_lab_with_a_public_address_has_a_token_for_its_doors(load, tmp_path):
    """Made at random, the same for every process, in a file that nobody else may read, in no log."""
    assert [load(**given).lab_token for given in ({}, {"PUBLIC_BASE_URL": "http://[::1]:7000"})] == ["", ""]
    assert not load(PUBLIC_BASE_URL="https://ivr.example.com", LAB="0").lab_token
    token = load(PUBLIC_BASE_URL="https://ivr.example.com").lab_token
    assert len(token) == 32 and load(PUBLIC_BASE_URL="https://a.example").lab_token == token
    assert stat.S_IMODE((tmp_path / "var" / "lab-token").stat().st_mode) == 0o600
    assert token not in repr(load(PUBLIC_BASE_URL="https://ivr.example.com"))


def test_the_environment_wins_over_the_file(load, tmp_path):
    """`.env` is a default."""
    (tmp_path / ".env").write_text("PORT=7000\nFALLBACK_AGENT=+8613900000001\n")
    settings = load(dotenv=tmp_path / ".env", PORT="8000")
    assert (settings.port, settings.fallback_agent) == (8000, "+8613900000001")


@pytest.mark.parametrize(
    "given, says",
    [
        ({"TWILIO_ACCOUNT_SID": ACCOUNT}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": TOKEN}, "32 hexadecimal"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}, "PUBLIC_BASE_URL"),
        ({"PORT": "http"}, "PORT is 'http'"),
        (
            {"PORT": "7000", "DESK_PORT": "7001"},
            "DESK_PORT is '7001'; write a number from 1 to 65535 other than 7000 and 7001",
        ),
        ({"PORT": "65534"}, "DESK_PORT is '65536'"),
        ({"DESK_URL": "http://desk.example.com"}, "plain http to another machine"),
        ({"DESK_URL": "desk.example.com"}, "DESK_URL is 'desk.example.com'"),
        ({"DESK_PROXIES": "many"}, "DESK_PROXIES is 'many'; write the number of proxies"),
        ({"BIND": "all", "LAB": "0"}, "BIND is 'all'; write an address of this machine such as 127.0.0.1"),
        ({"BIND": "0.0.0.0"}, "BIND is '0.0.0.0' in the lab"),
        ({"BIND": "127.0.0.2"}, "BIND is '127.0.0.2' in the lab"),
        ({"AGENT_NUMBERS": "+8613900000001,110"}, "'110'"),
        ({"PUBLIC_BASE_URL": "ivr.example.com"}, "https://"),
        ({"AGENT_MODE": "pigeon"}, "phone or taskrouter"),
        ({"AGENT_MODE": "taskrouter", "LAB": "0"}, "run flask twilio taskrouter --apply"),
        (
            {"TASKROUTER_WORKSPACE_SID": "WS" + "0" * 32, "LAB": "0"},
            "TASKROUTER_WORKFLOW_SID and TASKROUTER_PAUSE_SID are",
        ),
        ({"TASKROUTER_PAUSE_SID": "WS" + "0" * 32}, "WA and 32 hexadecimal digits"),
        ({"CALLBACK_PREFIXES": "86"}, "+86,+1"),
        ({"WALLET_API_URL": "wallet.example.com"}, "WALLET_API_URL is 'wallet.example.com'"),
        ({"WALLET_API_URL": "haiyun=https://a.example,linfu=b"}, "WALLET_API_URL is 'b'"),
        ({"WALLET_API_URL": "https://a.example"}, "WALLET_API_TOKEN does not go with WALLET_API_URL; write …"),
        ({"WALLET_API_URL": "haiyun=https://a.example", "WALLET_API_TOKEN": "sesame"}, "write haiyun=…"),
        ({"WALLET_API_TOKEN": "sesame"}, "write nothing"),
        ({"WALLET_API_URL": "https://a.example", "WALLET_API_TOKEN": "sésame"}, "WALLET_API_TOKEN has a letter"),
        ({"WALLET_API_URL": "https://a.example", "WALLET_API_TOKEN": "s"}, "WALLET_API_TOKEN is too short"),
        ({"WALLET_API_URL": "http://a.example", "WALLET_API_TOKEN": TOKEN}, "plain http to another machine"),
        ({"WALLET_API_URL": "https://a.example,linfu=http://10.0.0.1:80"}, "WALLET_API_URL is 'http://10.0.0.1:80'"),
        ({"WALLET_API_URL": "http://localhost.example"}, "plain http to another machine"),
        (
            {"CRM_URL": "http://line:hunter2@crm.example", "CRM_SECRET": TOKEN},
            "CRM_URL is 'http://line:***@crm.example'",
        ),
        ({"CRM_URL": "https://crm.example", "CRM_SECRET": "fifteen letters"}, "CRM_SECRET is too short"),
        ({"TWILIO_API_URL": "api=http://proxy.example"}, "TWILIO_API_URL is 'http://proxy.example'"),
        ({"PUBLIC_BASE_URL": "http://ivr.example.com"}, "PUBLIC_BASE_URL is 'http://ivr.example.com'"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "t"}, "TWILIO_AUTH_TOKEN is too short"),
        ({**REAL, "TWILIO_AUTH_TOKEN_NEXT": "t"}, "TWILIO_AUTH_TOKEN_NEXT is too short"),
        ({**REAL, "TWILIO_SHARED_KEYS": "webhooks_1=t"}, "TWILIO_SHARED_KEYS is too short"),
        ({"WALLET_API_URL": "https://a.example,https://b.example"}, "WALLET_API_URL has more than one value"),
        ({"CRM_URL": "haiyun=https://a.example,haiyun=https://b.example"}, "CRM_URL has more than one value"),
        ({"FALLBACK_AGENT": "+8613900000001,+8613900000002"}, "write one number"),
        ({"SMS_FROM": "+8613900000001,+8613900000002"}, "SMS_FROM has more than one value"),
        ({"SMS_FROM": "12025550143"}, "MG… of a messaging service"),
        ({"SMS_FROM": "haiyun=Haiyun Wallet Ltd"}, "SMS_FROM is 'Haiyun Wallet Ltd'"),
        ({"SMS_FROM": "haiyun=12"}, "SMS_FROM is '12'"),
        ({"SMS_FROM": "１２３４５"}, "SMS_FROM is '１２３４５'"),
        ({"CALLER_ID": "Haiyun"}, "CALLER_ID is 'Haiyun'; write a number such as +12025550100; or haiyun=…"),
        ({"RING_SECONDS": "4"}, "RING_SECONDS is '4'; write seconds from 5 to 120"),
        ({"RING_SECONDS": "a minute"}, "RING_SECONDS is 'a minute'"),
        ({"TWILIO_API_KEY": "SK" + "1" * 32}, "TWILIO_API_KEY and TWILIO_API_SECRET go together"),
        ({"TWILIO_API_SECRET": "sesame"}, "TWILIO_API_KEY and TWILIO_API_SECRET go together"),
        ({"TWILIO_API_KEY": ACCOUNT, "TWILIO_API_SECRET": "s"}, "SK and 32 hexadecimal digits"),
        ({"TWILIO_REGION": "Ireland"}, "TWILIO_REGION is 'Ireland'; write a region such as ie1"),
        ({"TWILIO_EDGE": "dublin.evil.example"}, "TWILIO_EDGE is 'dublin.evil.example'"),
        ({"TWILIO_API_URL": "api=http://127.0.0.1:5001,twilio"}, "TWILIO_API_URL is 'twilio'"),
        ({"TWILIO_SHARED_KEYS": "sesame"}, "TWILIO_SHARED_KEYS is not of the form ID=SECRET"),
        ({"PUBLIC_BASE_URL": "https://ivr.example .com"}, "https://"),
        ({"CRM_URL": "crm"}, "CRM_URL is 'crm'"),
        ({"CRM_URL": "https://crm.example"}, "CRM_SECRET does not go with CRM_URL; write …"),
        ({"CALLBACK_DIAL_PREFIXES": "1"}, "CALLBACK_DIAL_PREFIXES is '1'"),
        ({"RETENTION_DAYS": "-1"}, "RETENTION_DAYS is '-1'"),
        ({"RETENTION_DAYS": "a year"}, "0 to keep everything"),
        ({"RETENTION_DAYS": "texts=30"}, "RETENTION_DAYS is 'texts=30'"),
        ({"RETENTION_DAYS": "30,journals=90"}, "journals=90,summaries=365,messages=30"),
        ({"RETENTION_DAYS": "journals=1,journals=2"}, "0 to keep everything"),
        ({"RETENTION_DAYS": "30,40"}, "0 to keep everything"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_refused_by_name(load, given, says):
    """Which one, what came, what to write."""
    with pytest.raises(SettingsError) as caught:
        load(**given)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "here", ["http://127.0.0.1:7003", "http://localhost:7003", "http://[::1]:7003", "HTTPS://a.example"]
)
def test_plain_http_is_for_this_machine_only(load, here):
    """A wallet, a CRM, a telephone company and an address of our own, to try things with."""
    names = {"WALLET_API_URL": "WALLET_API_TOKEN", "CRM_URL": "CRM_SECRET", "TWILIO_API_URL": "", "PUBLIC_BASE_URL": ""}
    for name, secret in names.items():
        assert here in str(getattr(load(**{name: here} | ({secret: TOKEN} if secret else {})), name.lower()))


def test_who_hangs_up_within_t_may_be_left_out_of_the_service_level_but_nobody_beyond(load):
    """S may be T; S beyond T would make callers who were kept waiting too long disappear."""
    loaded = load(SERVICE_LEVEL_SECONDS="30", SHORT_ABANDON_SECONDS="30")
    assert (loaded.service_level_seconds, loaded.short_abandon_seconds) == (30, 30)
    loaded = load()
    assert (loaded.service_level_seconds, loaded.short_abandon_seconds) == (20, 5)
    for given in ({"SERVICE_LEVEL_SECONDS": "30", "SHORT_ABANDON_SECONDS": "31"}, {"SERVICE_LEVEL_SECONDS": "4"}):
        with pytest.raises(SettingsError, match=r"SHORT_ABANDON_SECONDS is \d+, more than SERVICE_LEVEL_SECONDS"):
            load(**given)


def test_a_lab_beside_a_real_account_is_refused(load):
    """And without being asked for, it is off."""
    real = {**REAL, "PUBLIC_BASE_URL": "https://ivr.example.com/"}
    assert not load(**real).lab
    assert load(**real).public_base_url == "https://ivr.example.com"
    with pytest.raises(SettingsError, match="LAB=1"):
        load(**real, LAB="1")


def test_a_wallet_may_have_an_api_of_its_own(load):
    """Or one stands for all of them; a token may end in `=`."""
    one = load(WALLET_API_URL="https://a.example/line/", WALLET_API_TOKEN="b3BlbiBzZXNhbWU==")
    assert (one.wallet_api_url, one.wallet_api_token) == ({"": "https://a.example/line"}, {"": "b3BlbiBzZXNhbWU=="})
    each = load(
        WALLET_API_URL="haiyun=https://a.example, https://b.example",
        WALLET_API_TOKEN="haiyun=b3BlbiBzZXNhbWU=,open-for-all-others",
    )
    assert each.wallet_api_url == {"haiyun": "https://a.example", "": "https://b.example"}
    assert each.wallet_api_token == {"haiyun": "b3BlbiBzZXNhbWU=", "": "open-for-all-others"}
    assert "b3Blb" not in repr(each) and "WALLET_API_TOKEN=***" in repr(each)


@pytest.mark.parametrize(
    "sender", ["+12025550143", "MG" + "0a" * 16, "12345", "Haiyun", "Haiyun Pay", "1-Call", "A&B_c+d 9"]
)
def test_texts_may_come_from_a_number_a_messaging_service_a_short_code_or_a_name(load, sender):
    """For all wallets, or for one."""
    assert load(SMS_FROM=sender).sms_from == {"": sender}
    assert load(SMS_FROM=f"haiyun={sender}, +12025550144").sms_from == {"haiyun": sender, "": "+12025550144"}


def test_the_desk_is_there_in_the_lab_and_elsewhere_only_where_it_has_an_address(load):
    """Whose scheme decides about cookies; behind a proxy the port stays plain."""
    lab, none = load(PORT="7000"), load(PORT="7000", LAB="0")
    assert (lab.desk_port, lab.desk_url, lab.desk_proxies) == (7002, "http://127.0.0.1:7002", 0)
    assert (none.desk_port, none.desk_url) == (7002, "")
    there = load(LAB="0", DESK_URL="https://desk.example.com/", DESK_PORT="443", DESK_PROXIES="2")
    assert (there.desk_url, there.desk_port, there.desk_proxies) == ("https://desk.example.com", 443, 2)


def test_each_of_twilios_products_may_have_an_address_and_the_others_are_left_to_it(load):
    """In the lab all of them have the simulator's."""
    assert load(PORT="7000").twilio_api_url == {"": "http://127.0.0.1:7001"}
    named = load(TWILIO_API_URL="api=http://127.0.0.1:7001/,lookups=http://127.0.0.1:7002")
    assert named.twilio_api_url == {"api": "http://127.0.0.1:7001", "lookups": "http://127.0.0.1:7002"}


def test_keys_of_webhooks_and_of_the_api_are_secrets(load):
    """A secret may end in `=`."""
    keys = "webhooks_sharedkey_1=c2VzYW1l==,webhooks_sharedkey_2=mustard"
    settings = load(TWILIO_SHARED_KEYS=keys, TWILIO_API_KEY="SK" + "1" * 32, TWILIO_API_SECRET="pepper")
    assert settings.twilio_shared_keys == {"webhooks_sharedkey_1": "c2VzYW1l==", "webhooks_sharedkey_2": "mustard"}
    assert not any(word in repr(settings) for word in ("c2V", "mustard", "pepper"))
    with pytest.raises(SettingsError) as caught:
        load(TWILIO_SHARED_KEYS="sesame")
    assert "sesame" not in str(caught.value)


def test_a_password_is_in_no_error_and_no_repr(load):
    """Neither the token nor the database's password."""
    with pytest.raises(SettingsError) as caught:
        load(DATABASE_URL="mysql://ivr:hunter2@db/ivr")
    assert "hunter2" not in str(caught.value)
    shown = repr(load(TWILIO_AUTH_TOKEN="sesame", DATABASE_URL="postgresql://ivr:hunter2@db/ivr"))
    assert "sesame" not in shown and "hunter2" not in shown


def test_a_password_in_an_address_is_in_no_repr(load):
    """A proxy or a CRM may ask for one."""
    address = "https://line:hunter2@a.example/x"
    settings = load(PUBLIC_BASE_URL=address, CRM_URL=f"haiyun={address}", CRM_SECRET="haiyun=" + TOKEN)
    assert settings.public_base_url == settings.crm_url["haiyun"] == address
    assert "hunter2" not in repr(settings) and "line:***@a.example" in repr(settings)


def test_a_password_in_the_public_address_is_in_no_log(load, tmp_path, capsys):
    """Nor on the terminal, which is a log elsewhere."""
    line = {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PUBLIC_BASE_URL": "https://line:hunter2@a.example",
    }
    run.welcome(load(**line))
    app = create_app(load(**line))
    app.extensions["line"].engine.dispose()
    said = capsys.readouterr()
    assert said.out.count("https://line:***@a.example/voice") == 2 and "hunter2" not in said.out + said.err


def test_processes_that_start_together_read_one_secret(tmp_path):
    """Whoever is first makes it; nobody sees half a file."""
    made = iter(range(100))
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: keep_secret(tmp_path / "key", lambda: str(next(made))), range(8)))
    assert len(set(read)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize(
    "given, days",
    [
        ("", {"journals": 0, "summaries": 0, "messages": 0, "notes": 0}),
        ("90", {"journals": 90, "summaries": 90, "messages": 90, "notes": 90}),
        ("journals=90, messages=30", {"journals": 90, "summaries": 0, "messages": 30, "notes": 0}),
    ],
)
def test_retention_is_one_number_or_one_for_each(load, given, days):
    """What is not named is kept."""
    assert load(RETENTION_DAYS=given).retention_days == days
