"""Settings: one frozen object, read from the environment and `.env` once; the environment wins.

Two secrets are ours to make, not the operator's: the server key, and in the lab the token that the
simulator signs with. They are files that only this user may read, and the first process makes them.
"""

from __future__ import annotations

import io
import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from ivr.config.addresses import is_address, is_loopback, without_password
from ivr.config.secret_files import SettingsError, keep_secret, private_folder, server_key
from ivr.config.simulated_sids import PAUSE, TASKROUTER_NAME, simulated_sid

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
MESSAGING_SERVICE = re.compile("MG[0-9a-fA-F]{32}")
SHORT_CODE = re.compile("[0-9]{3,8}")
ALPHANUMERIC = re.compile("(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
SENDERS = (E164, MESSAGING_SERVICE, SHORT_CODE, ALPHANUMERIC)
SHORTEST_RINGING, LONGEST_RINGING = 5, 120
"""Seconds that a setting may let an agent's telephone ring: below, nobody can answer; above, voice mail does."""
SECRETS = (
    "twilio_auth_token",
    "twilio_auth_token_next",
    "twilio_shared_keys",
    "twilio_api_secret",
    "twilio_test_auth_token",
    "wallet_api_token",
    "crm_secret",
    "server_key",
    "lab_token",
)
TASKROUTER_SIDS = {
    "TASKROUTER_WORKSPACE_SID": "WS",
    "TASKROUTER_WORKFLOW_SID": "WW",
    "TASKROUTER_PAUSE_SID": "WA",
}
"""Settings that go together, and how each SID begins."""
HERE = "127.0.0.1"
SHORTEST_SECRET = 16
"""Letters: what is shorter can be guessed, or was meant as an example. Twilio's own have 32."""
RETAINED = ("journals", "summaries", "messages", "notes")


@dataclass(frozen=True)
class Settings:
    """Everything that an operator decides."""

    twilio_account_sid: str
    """The account whose webhooks we answer; empty in the lab."""
    twilio_auth_token: str
    """Signs every webhook; made at random when there is no account."""
    twilio_auth_token_next: str
    """Accepted as well while a token is being rotated."""
    twilio_shared_keys: dict[str, str]
    """Secrets by the ids of Twilio's shared keys, with which webhooks are signed by SHA-256 instead of the token."""
    twilio_api_key: str
    """An API key that REST requests use instead of the token; empty: they use the token."""
    twilio_api_secret: str
    """Its secret."""
    twilio_region: str
    """The region in which Twilio keeps the account's calls, such as `ie1`; empty: `us1`. Each has its own token and
    keys.
    """
    twilio_edge: str
    """The edge by which REST requests reach it, such as `dublin`; empty: Twilio's choice."""
    twilio_test_account_sid: str
    """Test credentials, for tests that reach Twilio without calling anybody."""
    twilio_test_auth_token: str
    """Their token."""
    twilio_api_url: dict[str, str]
    """Where REST requests go instead of Twilio, by product (`api`, `messaging`), "" standing for all others.

    In the lab the simulator, at PORT + 1. Of a product that is not named, to Twilio."""
    hold_music_url: str
    """Music for callers who wait, instead of our own: an https address of an audio file that Twilio can fetch."""
    public_base_url: str
    """The address that Twilio calls and signs, without a slash at the end."""
    database_url: str
    """`sqlite:///…` or `postgresql://…`."""
    bind: str
    """The address of this machine at which `make run` listens; in the lab always 127.0.0.1."""
    port: int
    """And the port."""
    desk_port: int
    """The port of the desk, where staff sign in; a process of its own listens there, at the same address."""
    desk_url: str
    """The address at which staff open the desk, without a slash at the end; empty: there is no desk. In the lab this
    machine's."""
    desk_proxies: int
    """How many proxies stand in front of the desk, each of which adds to `X-Forwarded-For`."""
    agent_mode: str
    """Who chooses the agent for a caller in the queue: the line (`phone`), or Twilio's TaskRouter (`taskrouter`)."""
    taskrouter_workspace_sid: str
    """TaskRouter's workspace, with the agents as its workers."""
    taskrouter_workflow_sid: str
    """The workflow that brings a caller to a worker."""
    taskrouter_pause_sid: str
    """The activity of a worker who is not to be given callers for a while: after a talk, or after declining."""
    agent_numbers: tuple[str, ...]
    """Agents' telephones, E.164."""
    fallback_agent: str
    """Rung when everything else has failed; empty means an apology and goodbye."""
    queue_per_agent: int
    """How many callers of a wallet may wait for each of its agents who is signed on."""
    service_level_seconds: int
    """T of the service level: a caller who is joined with an agent within it was answered in time."""
    short_abandon_seconds: int
    """S of the service level: a caller who hangs up within it does not count; T at the most."""
    queue_alarm_seconds: int
    """From how long a wait in the queue on the log has an error each minute."""
    calls_an_hour: int
    """The most calls from one number to a wallet within an hour; further ones may only freeze an account."""
    ask_satisfaction: bool
    """Whether callers are asked one question after a talk with an agent of the desk."""
    callback_prefixes: tuple[str, ...]
    """Prefixes of the numbers that the line calls back."""
    callbacks_an_hour: int
    """The most callbacks that a wallet promises per hour; further callers are asked to call later."""
    callback_dial_prefixes: tuple[str, ...]
    """The prefixes that the line dials itself; empty: callbacks are only listed for the agents.

    In the lab, which calls no real telephone, all prefixes."""
    wallet_api_url: dict[str, str]
    """The API of each wallet, "" for all others; empty means the demo wallets in the lab, and none elsewhere."""
    wallet_api_token: dict[str, str]
    """The bearer token for each of them."""
    crm_url: dict[str, str]
    """Where cases of each wallet are delivered, "" standing for all others; empty means nowhere."""
    crm_secret: dict[str, str]
    """What signs the deliveries to each of them."""
    retention_days: dict[str, int]
    """After how many days journals, summaries and messages are deleted, each by its name; 0 keeps them."""
    lab: bool
    """Whether the lab API and the demo world are there. Never beside a real account."""
    lab_token: str
    """The token of the lab's API and pages where PUBLIC_BASE_URL is not loopback: a tunnel may leave no trace. Else
    empty.
    """
    caller_id: dict[str, str]
    """The caller ID for each wallet, "" for all others; empty means the number that answered the caller."""
    sms_from: dict[str, str]
    """What text messages of each wallet come from: a number, a messaging service (`MG…`), a short code or a name.

    Empty means the number that answered the caller."""
    ring_seconds: int
    """How long an agent or a customer is rung; Twilio adds five."""
    codes_per_hour: int
    """The most one-time codes texted per wallet and hour: each costs money, and an attacker must not exhaust them."""
    data_dir: Path
    """The folder of database, keys and locks, readable by this user only."""
    server_key: bytes
    """Seals what is stored and derives one-time codes. Losing it makes stored replies unreadable."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, dotenv: str | Path = ".env") -> Settings:
        """Read and check every setting; raises SettingsError."""
        given = _dotenv(Path(dotenv))
        given.update(os.environ if environ is None else environ)
        return _Reader(given).settings()

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook."""
        return tuple(token for token in (self.twilio_auth_token, self.twilio_auth_token_next) if token)

    def describe(self) -> list[str]:
        """The settings as text, one per line, with secrets masked."""
        shown = {f.name: getattr(self, f.name) for f in fields(self)}
        shown |= {name: "***" for name in SECRETS if shown[name]}
        shown["public_base_url"] = without_password(self.public_base_url)
        shown["desk_url"] = without_password(self.desk_url)
        for name in ("twilio_api_url", "wallet_api_url", "crm_url"):
            shown[name] = {one: without_password(url) for one, url in shown[name].items()}
        shown["database_url"] = sa.make_url(self.database_url).render_as_string(hide_password=True)
        return [f"{name.upper()}={value}" for name, value in shown.items()]

    def __repr__(self) -> str:
        return f"Settings({', '.join(self.describe())})"


class _Reader:
    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def settings(self) -> Settings:
        data_dir = private_folder(Path(self._text("DATA_DIR", "var")))
        account = self._account()
        port = self._port()
        lab = self._lab(account)
        return Settings(
            twilio_account_sid=account,
            twilio_auth_token=self._token(account, data_dir),
            twilio_auth_token_next=self._signing("TWILIO_AUTH_TOKEN_NEXT", account),
            twilio_shared_keys=self._shared_keys("TWILIO_SHARED_KEYS", account),
            twilio_api_key=self._api_key(),
            twilio_api_secret=self._text("TWILIO_API_SECRET"),
            twilio_region=self._matching("TWILIO_REGION", "[a-z]{2}[0-9]{1,2}", "a region such as ie1"),
            twilio_edge=self._matching("TWILIO_EDGE", "[a-z]+(-[a-z]+)*", "an edge such as dublin"),
            twilio_test_account_sid=self._text("TWILIO_TEST_ACCOUNT_SID"),
            twilio_test_auth_token=self._text("TWILIO_TEST_AUTH_TOKEN"),
            twilio_api_url=self._urls("TWILIO_API_URL", ("api", "…"), f"http://127.0.0.1:{port + 1}" if lab else ""),
            hold_music_url=self._url("HOLD_MUSIC_URL", ""),
            public_base_url=self._public(account, port),
            database_url=self._database(data_dir),
            bind=self._bind(lab),
            port=port,
            desk_port=(desk_port := self._desk_port(port, lab)),
            desk_url=self._url("DESK_URL", f"http://127.0.0.1:{desk_port}" if lab else ""),
            desk_proxies=self._desk_proxies(),
            agent_mode=(mode := self._choice("AGENT_MODE", ("phone", "taskrouter"))),
            **self._task_router(mode, lab),
            agent_numbers=self._numbers("AGENT_NUMBERS"),
            fallback_agent=self._number("FALLBACK_AGENT"),
            queue_per_agent=self._whole("QUEUE_PER_AGENT", 20),
            service_level_seconds=(level := self._whole("SERVICE_LEVEL_SECONDS", 20)),
            short_abandon_seconds=self._short_abandon("SHORT_ABANDON_SECONDS", level),
            queue_alarm_seconds=self._whole("QUEUE_ALARM_SECONDS", 120),
            calls_an_hour=self._whole("CALLS_AN_HOUR", 999999 if lab else 30),
            ask_satisfaction=self._choice("ASK_SATISFACTION", ("1", "0")) == "1",
            callback_prefixes=self._prefixes("CALLBACK_PREFIXES", "+86,+1"),
            callbacks_an_hour=self._whole("CALLBACKS_AN_HOUR", 100),
            callback_dial_prefixes=self._prefixes("CALLBACK_DIAL_PREFIXES", "+" if lab else ""),
            wallet_api_url=self._urls("WALLET_API_URL"),
            wallet_api_token=self._by_wallet_secrets("WALLET_API_TOKEN", "WALLET_API_URL"),
            crm_url=self._urls("CRM_URL"),
            crm_secret=self._by_wallet_secrets("CRM_SECRET", "CRM_URL"),
            retention_days=self._retention("RETENTION_DAYS"),
            lab=lab,
            lab_token=self._lab_token(lab, self._public(account, port), data_dir),
            caller_id=self._senders("CALLER_ID", (E164,), "a number such as +12025550100"),
            sms_from=self._senders(
                "SMS_FROM", SENDERS, "a number such as +12025550100, MG… of a messaging service, a short code or a name"
            ),
            ring_seconds=self._ring_seconds("RING_SECONDS"),
            codes_per_hour=self._count("CODES_PER_HOUR", "1000"),
            data_dir=data_dir,
            server_key=server_key(data_dir / "server.key"),
        )

    def _text(self, name: str, default: str = "") -> str:
        return self._given.get(name, "").strip() or default

    def _account(self) -> str:
        account = self._text("TWILIO_ACCOUNT_SID")
        if account and not re.fullmatch(r"AC[0-9a-fA-F]{32}", account):
            raise SettingsError(
                _wrong("TWILIO_ACCOUNT_SID", account, "AC and 32 hexadecimal digits, from the Twilio console")
            )
        return account

    def _token(self, account: str, data_dir: Path) -> str:
        token = self._signing("TWILIO_AUTH_TOKEN", account)
        if account and not token:
            raise SettingsError(
                "TWILIO_AUTH_TOKEN is empty but TWILIO_ACCOUNT_SID is set; write the account's auth token, or "
                "clear both to run the lab"
            )
        return token or keep_secret(data_dir / "twilio-token", lambda: secrets.token_hex(16))

    def _api_key(self) -> str:
        key = self._matching(
            "TWILIO_API_KEY", "SK[0-9a-fA-F]{32}", "SK and 32 hexadecimal digits, from the Twilio console"
        )
        if bool(key) != bool(self._text("TWILIO_API_SECRET")):
            raise SettingsError(
                "TWILIO_API_KEY and TWILIO_API_SECRET go together; write both, or clear both to use the auth token"
            )
        return key

    def _task_router(self, mode: str, lab: bool) -> dict[str, str]:
        """All three SIDs, or none while the line chooses the agents. The lab's simulator makes them from names."""
        made = {"WS": (), "WW": (TASKROUTER_NAME,), "WA": (PAUSE,)} if lab else {}
        found = {}
        for name, prefix in TASKROUTER_SIDS.items():
            write = f"{prefix} and 32 hexadecimal digits, as flask twilio taskrouter prints it"
            default = simulated_sid(prefix, TASKROUTER_NAME, *made[prefix]) if lab else ""
            found[name.lower()] = self._matching(name, f"{prefix}[0-9a-f]{{32}}", write) or default
        empty = [name for name in TASKROUTER_SIDS if not found[name.lower()]]
        if empty and (mode == "taskrouter" or len(empty) < len(TASKROUTER_SIDS)):
            raise SettingsError(
                f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty; leave AGENT_MODE=phone and clear "
                f"{', '.join(TASKROUTER_SIDS)}, run flask twilio taskrouter --apply, and write what it prints"
            )
        return found

    def _signing(self, name: str, account: str) -> str:
        """The token that signs webhooks. In the lab any token will do."""
        text = self._text(name)
        return _strong(name, text) if account and text else text

    def _shared_keys(self, name: str, account: str) -> dict[str, str]:
        """`id=secret`, commas between; a secret may end in `=`, an id holds none."""
        given = [re.fullmatch("([A-Za-z0-9_-]+)=(.+)", one) for one in self._list(name)]
        if None in given:  # what came is not repeated: it may be a secret
            raise SettingsError(f"{name} is not of the form ID=SECRET; write one for each key, with commas between")
        return {one[1]: _strong(name, one[2]) if account else one[2] for one in given if one}

    def _matching(self, name: str, pattern: str, write: str) -> str:
        text = self._text(name)
        if text and not re.fullmatch(pattern, text):
            raise SettingsError(_wrong(name, text, write))
        return text

    def _lab(self, account: str) -> bool:
        lab = self._choice("LAB", ("1", "0"), "0" if account else "1") == "1"
        if lab and account:
            raise SettingsError(
                "LAB=1 beside TWILIO_ACCOUNT_SID: the lab would let anybody rewrite real wallets; write LAB=0 or "
                "clear the account"
            )
        return lab

    def _lab_token(self, lab: bool, public: str, data_dir: Path) -> str:
        if not lab or is_loopback(public):
            return ""
        return keep_secret(data_dir / "lab-token", lambda: secrets.token_hex(16))

    def _public(self, account: str, port: int) -> str:
        if account and not self._text("PUBLIC_BASE_URL"):
            raise SettingsError(
                "PUBLIC_BASE_URL is empty; write the https address at which Twilio reaches this server "
                "(signatures are checked against it)"
            )
        return self._url("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")

    def _url(self, name: str, default: str) -> str:
        url = self._text(name, default).rstrip("/")
        if url and not is_address(url):
            raise SettingsError(_wrong(name, url, "an address such as https://ivr.example.com, with no ? and no #"))
        return _private(name, url) if url else url

    def _urls(self, name: str, names: tuple[str, str] = ("haiyun", "linfu"), default: str = "") -> dict[str, str]:
        """One for all, or by wallet or product."""
        given = _by_name(name, self._text(name, default))
        for url in given.values():
            if not is_address(url):
                write = f"https://example.com/line, or {names[0]}=https://…,{names[1]}=https://… for each"
                raise SettingsError(_wrong(name, without_password(url), write))
        return {one: _private(name, url.rstrip("/")) for one, url in given.items()}

    def _by_wallet_secrets(self, name: str, addresses: str) -> dict[str, str]:
        """Of the same form as the addresses: a token may end in `=`, so only they say which form it is."""
        wallets, text = self._urls(addresses), self._text(name)
        secret = _by_name(name, text) if set(wallets) - {""} else {"": text} if text else {}
        if set(secret) != set(wallets):
            form = ",".join(f"{wallet}=…" if wallet else "…" for wallet in wallets) or "nothing"
            raise SettingsError(f"{name} does not go with {addresses}; write {form}")
        if name == "WALLET_API_TOKEN" and not all(one.isascii() and one.isprintable() for one in secret.values()):
            raise SettingsError(
                f"{name} has a letter that no HTTP header carries; write it in ASCII, as the wallet gave it"
            )
        return {one: _strong(name, text) for one, text in secret.items()}

    def _database(self, data_dir: Path) -> str:
        url = self._text("DATABASE_URL", f"sqlite:///{data_dir / 'ivr.db'}")
        try:
            target = sa.make_url(url)
            shared = target.database not in (None, "", ":memory:")  # several processes read it
            fine = shared and target.drivername in ("sqlite", "postgres", "postgresql", "postgresql+psycopg")
        except (sa.exc.ArgumentError, ValueError):
            fine = False
        if not fine:
            scheme = url.partition(":")[0]  # the rest may hold a password
            raise SettingsError(
                _wrong("DATABASE_URL", f"{scheme}:…", "sqlite:///file or postgresql://user:password@host/name")
            )
        return url

    def _bind(self, lab: bool) -> str:
        """The bind address; in the lab only loopback, because a Host header can be forged, unlike the connection."""
        text = self._text("BIND", HERE)
        try:
            address = str(ipaddress.ip_address(text))
        except ValueError:
            raise SettingsError(
                _wrong("BIND", text, f"an address of this machine such as {HERE}, or 0.0.0.0 for all of them")
            ) from None
        if lab and address != HERE:
            raise SettingsError(
                f"BIND is {text!r} in the lab, which answers on this machine only; clear BIND, or write LAB=0"
            )
        return address

    def _whole(self, name: str, default: int) -> int:
        text = self._text(name, str(default))
        if not (re.fullmatch("[0-9]{1,6}", text) and int(text)):
            raise SettingsError(_wrong(name, text, f"a number such as {default}, 1 at least"))
        return int(text)

    def _short_abandon(self, name: str, level: int) -> int:
        """S beyond T would leave callers out whom nobody answered in time."""
        short = self._whole(name, 5)
        if short > level:
            raise SettingsError(
                f"{name} is {short}, more than SERVICE_LEVEL_SECONDS, which is {level}; write at most {level} for it"
            )
        return short

    def _port(self) -> int:
        text = self._text("PORT", "5000")
        if not (re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65535):
            raise SettingsError(_wrong("PORT", text, "a number from 1 to 65534 (in the lab the next one is taken too)"))
        return int(text)

    def _desk_port(self, port: int, lab: bool) -> int:
        text = self._text("DESK_PORT", str(port + 2))
        taken = (port, port + 1) if lab else (port,)
        if not (re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65536 and int(text) not in taken):
            others = " and ".join(map(str, taken))
            raise SettingsError(_wrong("DESK_PORT", text, f"a number from 1 to 65535 other than {others}"))
        return int(text)

    def _desk_proxies(self) -> int:
        text = self._text("DESK_PROXIES", "0")
        if not re.fullmatch("[0-9]", text):
            raise SettingsError(_wrong("DESK_PROXIES", text, "the number of proxies in front of the desk, 0 to 9"))
        return int(text)

    def _count(self, name: str, default: str) -> int:
        text = self._text(name, default)
        if not re.fullmatch("[1-9][0-9]{0,8}", text):
            raise SettingsError(_wrong(name, text, f"a number such as {default}"))
        return int(text)

    def _retention(self, name: str) -> dict[str, int]:
        """One number for all, or one for each that is named; the others are kept."""
        text = self._text(name, "0")
        given = [re.fullmatch("(?:([a-z]+)=)?([0-9]{1,5})", part.strip()) for part in text.split(",")]
        names = [part[1] for part in given if part]
        if None in given or len(set(names)) < len(names) or not (names == [None] or set(names) <= set(RETAINED)):
            write = (
                "a number of days such as 365, or journals=90,summaries=365,messages=30,notes=90; 0 to keep everything"
            )
            raise SettingsError(_wrong(name, text, write))
        days = {part[1]: int(part[2]) for part in given if part}
        return {kind: days.get(None, days.get(kind, 0)) for kind in RETAINED}

    def _choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self._text(name, default or choices[0])
        if value not in choices:
            raise SettingsError(_wrong(name, value, " or ".join(choices)))
        return value

    def _list(self, name: str, default: str = "") -> tuple[str, ...]:
        return tuple(item.strip() for item in self._text(name, default).split(",") if item.strip())

    def _numbers(self, name: str) -> tuple[str, ...]:
        for number in self._list(name):
            if not E164.fullmatch(number):
                raise SettingsError(_wrong(name, number, "numbers such as +12025550101, with commas between"))
        return self._list(name)

    def _number(self, name: str) -> str:
        found = self._numbers(name)
        if len(found) > 1:
            raise SettingsError(_wrong(name, self._text(name), "one number such as +12025550101"))
        return "".join(found)

    def _senders(self, name: str, forms: tuple[re.Pattern[str], ...], write: str) -> dict[str, str]:
        """One for all, or by wallet."""
        given = _by_name(name, self._text(name))
        for sender in given.values():
            if not any(form.fullmatch(sender) for form in forms):
                raise SettingsError(_wrong(name, sender, f"{write}; or haiyun=…,linfu=… for a wallet each"))
        return given

    def _ring_seconds(self, name: str) -> int:
        text = self._text(name, "25")
        if not (re.fullmatch("[0-9]{1,3}", text) and SHORTEST_RINGING <= int(text) <= LONGEST_RINGING):
            raise SettingsError(_wrong(name, text, f"seconds from {SHORTEST_RINGING} to {LONGEST_RINGING}"))
        return int(text)

    def _prefixes(self, name: str, default: str = "") -> tuple[str, ...]:
        for prefix in self._list(name):
            if not re.fullmatch(r"\+[0-9]{1,14}", prefix):
                raise SettingsError(_wrong(name, prefix, "beginnings such as +86,+1"))
        return self._list(name, default)


def _dotenv(path: Path) -> dict[str, str]:
    """Read a `.env`. A line without a setting is refused, because its author believes that it counts."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({type(error).__name__}); write a UTF-8 file of lines such as PORT=5000"
        ) from None
    for line in parse_stream(io.StringIO(text)):
        if line.error:  # it may hold a token: named by its place only
            raise SettingsError(f"{path} has no setting in line {line.original.line}; write NAME=value, or # before it")
    return {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}


def _by_name(name: str, text: str) -> dict[str, str]:
    """Parse `haiyun=this,linfu=that` by wallet (or product); a value without a name applies to all others."""
    found: dict[str, str] = {}
    for part in (part.strip() for part in text.split(",") if part.strip()):
        named = re.fullmatch("([a-z0-9-]+)=(.+)", part)
        one, value = (named[1], named[2]) if named else ("", part)
        if one in found:
            raise SettingsError(f"{name} has more than one value for one of its names, or for all; write one for each")
        found[one] = value
    return found


def _private(name: str, address: str) -> str:
    """Refuse a URL on whose way others could read or change the data: only https or this machine is allowed."""
    if urlsplit(address).scheme == "https" or is_loopback(address):
        return address
    raise SettingsError(
        f"{name} is {without_password(address)!r}: plain http to another machine can be read and changed on the "
        "way; write https://…"
    )


def _strong(name: str, secret: str) -> str:
    if len(secret) < SHORTEST_SECRET:  # it is not repeated, however short
        raise SettingsError(
            f"{name} is too short, anybody could guess it; write one of {SHORTEST_SECRET} characters at least"
        )
    return secret


def _wrong(name: str, came: str, write: str) -> str:
    return f"{name} is {came!r}; write {write}"
