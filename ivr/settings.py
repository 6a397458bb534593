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

import sqlalchemy as sa
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from ivr.addresses import is_address, without_password
from ivr.secret_files import SettingsError, keep_secret, private_folder, server_key

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SECRETS = (
    "twilio_auth_token", "twilio_auth_token_next", "twilio_test_auth_token", "wallet_api_token", "crm_secret", "server_key",
)  # fmt: skip
HERE = "127.0.0.1"
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
    twilio_test_account_sid: str
    """Test credentials, for tests that reach Twilio without calling anybody."""
    twilio_test_auth_token: str
    """Their token."""
    twilio_api_url: str
    """Where the REST client goes instead of Twilio: in the lab the simulator, at PORT + 1. Empty means Twilio."""
    public_base_url: str
    """The address that Twilio calls and signs, without a slash at the end."""
    database_url: str
    """`sqlite:///…` or `postgresql://…`."""
    bind: str
    """The address of this machine at which `make run` listens; in the lab always 127.0.0.1."""
    port: int
    """And the port."""
    agent_mode: str
    """How a person is found: `phone` rings AGENT_NUMBERS, `taskrouter` asks Twilio TaskRouter."""
    agent_numbers: tuple[str, ...]
    """Agents' telephones, E.164."""
    fallback_agent: str
    """Rung when everything else has failed; empty means an apology and goodbye."""
    callback_prefixes: tuple[str, ...]
    """Numbers that we are willing to call back, by their beginning."""
    callback_dial_prefixes: tuple[str, ...]
    """Those of them that the line rings by itself; none means that callbacks are only listed for the agents.

    In the lab, where nobody real is rung, all of them."""
    wallet_api_url: dict[str, str]
    """The API of each wallet, "" standing for all others; empty means the demo wallets in the lab, and none elsewhere."""
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
    sms_from: str
    """The number that text messages come from; empty means the line that was called."""
    data_dir: Path
    """Database, keys and locks; nobody else may read it."""
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
        """One line a setting, secrets masked, for people to look at."""
        shown = {f.name: getattr(self, f.name) for f in fields(self)}
        shown |= {name: "***" for name in SECRETS if shown[name]}
        shown |= {name: without_password(shown[name]) for name in ("public_base_url", "twilio_api_url")}
        for name in ("wallet_api_url", "crm_url"):
            shown[name] = {wallet: without_password(url) for wallet, url in shown[name].items()}
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
            twilio_auth_token_next=self._text("TWILIO_AUTH_TOKEN_NEXT"),
            twilio_test_account_sid=self._text("TWILIO_TEST_ACCOUNT_SID"),
            twilio_test_auth_token=self._text("TWILIO_TEST_AUTH_TOKEN"),
            twilio_api_url=self._url("TWILIO_API_URL", f"http://127.0.0.1:{port + 1}" if lab else ""),
            public_base_url=self._public(account, port),
            database_url=self._database(data_dir),
            bind=self._bind(lab),
            port=port,
            agent_mode=self._choice("AGENT_MODE", ("phone", "taskrouter")),
            agent_numbers=self._numbers("AGENT_NUMBERS"),
            fallback_agent=self._number("FALLBACK_AGENT"),
            callback_prefixes=self._prefixes("CALLBACK_PREFIXES", "+86,+1"),
            callback_dial_prefixes=self._prefixes("CALLBACK_DIAL_PREFIXES", "+" if lab else ""),
            wallet_api_url=self._by_wallet_urls("WALLET_API_URL"),
            wallet_api_token=self._by_wallet_secrets("WALLET_API_TOKEN", "WALLET_API_URL"),
            crm_url=self._by_wallet_urls("CRM_URL"),
            crm_secret=self._by_wallet_secrets("CRM_SECRET", "CRM_URL"),
            retention_days=self._retention("RETENTION_DAYS"),
            lab=lab,
            sms_from=self._number("SMS_FROM"),
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
        token = self._text("TWILIO_AUTH_TOKEN")
        if account and not token:
            raise SettingsError(
                "TWILIO_AUTH_TOKEN is empty but TWILIO_ACCOUNT_SID is set; write the account's auth token, or clear both to run the lab"
            )
        return token or keep_secret(data_dir / "twilio-token", lambda: secrets.token_hex(16))

    def _lab(self, account: str) -> bool:
        lab = self._choice("LAB", ("1", "0"), "0" if account else "1") == "1"
        if lab and account:
            raise SettingsError(
                "LAB=1 beside TWILIO_ACCOUNT_SID: the lab would let anybody rewrite real wallets; write LAB=0 or clear the account"
            )
        return lab

    def _public(self, account: str, port: int) -> str:
        if account and not self._text("PUBLIC_BASE_URL"):
            raise SettingsError(
                "PUBLIC_BASE_URL is empty; write the https address at which Twilio reaches this server (signatures are checked against it)"
            )
        return self._url("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")

    def _url(self, name: str, default: str) -> str:
        url = self._text(name, default).rstrip("/")
        if url and not is_address(url):
            raise SettingsError(_wrong(name, url, "an address such as https://ivr.example.com, with no ? and no #"))
        return url

    def _by_wallet_urls(self, name: str) -> dict[str, str]:
        given = _by_wallet(name, self._text(name))
        for url in given.values():
            if not is_address(url):
                write = "https://wallet.example.com/line, or haiyun=https://…,linfu=https://… for a wallet each"
                raise SettingsError(_wrong(name, url, write))
        return {wallet: url.rstrip("/") for wallet, url in given.items()}

    def _by_wallet_secrets(self, name: str, addresses: str) -> dict[str, str]:
        """Of the same form as the addresses: a token may end in `=`, so only they say which form it is."""
        wallets, text = self._by_wallet_urls(addresses), self._text(name)
        secret = _by_wallet(name, text) if set(wallets) - {""} else {"": text} if text else {}
        if set(secret) != set(wallets):
            form = ",".join(f"{wallet}=…" if wallet else "…" for wallet in wallets) or "nothing"
            raise SettingsError(f"{name} does not go with {addresses}; write {form}")
        if name == "WALLET_API_TOKEN" and not all(one.isascii() and one.isprintable() for one in secret.values()):
            raise SettingsError(
                f"{name} has a letter that no HTTP header carries; write it in ASCII, as the wallet gave it"
            )
        return secret

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
        """In the lab this machine only: a Host header can be forged, a loopback cannot."""
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

    def _port(self) -> int:
        text = self._text("PORT", "5000")
        if not (re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65535):
            raise SettingsError(_wrong("PORT", text, "a number from 1 to 65534 (in the lab the next one is taken too)"))
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
                raise SettingsError(_wrong(name, number, "numbers such as +8613900000001, with commas between"))
        return self._list(name)

    def _number(self, name: str) -> str:
        found = self._numbers(name)
        if len(found) > 1:
            raise SettingsError(_wrong(name, self._text(name), "one number such as +8613900000001"))
        return "".join(found)

    def _prefixes(self, name: str, default: str = "") -> tuple[str, ...]:
        for prefix in self._list(name):
            if not re.fullmatch(r"\+[0-9]{1,14}", prefix):
                raise SettingsError(_wrong(name, prefix, "beginnings such as +86,+1"))
        return self._list(name, default)


def _dotenv(path: Path) -> dict[str, str]:
    """What a `.env` says. A line that says nothing is refused: whoever wrote it believes that it counts."""
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


def _by_wallet(name: str, text: str) -> dict[str, str]:
    """`haiyun=this,linfu=that` by wallet; what begins with no wallet is everybody's."""
    found = re.findall(r"(?:([a-z0-9-]+)=)?([^,\s]+)", text)
    if len(found) > len(dict(found)):
        raise SettingsError(f"{name} has more than one value for a wallet, or for all; write one for each")
    return dict(found)


def _wrong(name: str, came: str, write: str) -> str:
    return f"{name} is {came!r}; write {write}"
