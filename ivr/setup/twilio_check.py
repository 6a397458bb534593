"""`flask twilio check`: Twilio's test credentials, its magic numbers, and whether we understand each answer.

They allow four requests and do nothing: no number is bought, nobody is called, no TwiML is fetched. Live
credentials would do all of that. So the first question is one that test credentials must not answer.

The lab's simulator answers test credentials as Twilio does, and has some of its own: with `--to` its address nothing
has to be set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

import click

from ivr.config.addresses import is_address
from ivr.config.settings import Settings, SettingsError
from ivr.network.loopback import LOOPBACK
from ivr.setup.task_router import task_router_command
from ivr.simulator.rest.credentials import TEST
from ivr.telephony import twilio_rest

T = TypeVar("T")
WELL, ANYBODY = "+15005550006", "+12025550143"
FORBIDDEN, NOT_FOUND = 20008, 20404
"""Twilio's errors when a queue is looked for: test credentials may not; live ones find none."""


@dataclass(frozen=True)
class Case:
    """A request and the error code that its magic number asks for; 0 is success."""

    what: str
    expected: int
    arguments: dict[str, str] = field(hash=False)


def cases() -> Iterator[Case]:
    """All four requests with every magic number that concerns us."""
    for number, code in ((WELL, 0), ("+15005550000", 21422), ("+15005550001", 21421)):
        yield Case("buy", code, {"phone_number": number})
    yield Case("buy", 21452, {"area_code": "533"})
    for number, code in ((WELL, 0), ("+15005550001", 21212), ("+15005550007", 21606), ("+15005550008", 21611)):
        yield Case("text", code, {"from_": number, "to": ANYBODY, "body": "A test. 测试。"})
    for last, code in ((1, 21211), (2, 21612), (3, 21408), (4, 21610), (9, 21614)):
        yield Case("text", code, {"from_": WELL, "to": f"+1500555000{last}", "body": "A test. 测试。"})
    for number, code in ((WELL, 0), ("+15005550001", 21212), ("+15005550009", 21210)):
        yield Case("call", code, {"from_": number, "to": ANYBODY, "url": "https://ivr.example.com/voice"})
    for last, code in ((1, 21217), (2, 21214), (3, 21215), (4, 21216)):
        yield Case("call", code, {"from_": WELL, "to": f"+1500555000{last}", "url": "https://ivr.example.com/voice"})
    yield Case("look up", 0, {"number": "+12345678900"})


def credentials_fault(settings: Settings) -> str:
    """Why these credentials must not be tried; empty when they may."""
    sid, token = settings.twilio_test_account_sid, settings.twilio_test_auth_token
    if not sid or not token:
        return (
            "TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN are empty; "
            "the Twilio console shows them beside the live ones, under API keys & tokens"
        )
    if sid == settings.twilio_account_sid or (settings.twilio_account_sid and token == settings.twilio_auth_token):
        return (
            "TWILIO_TEST_ACCOUNT_SID or its token is the live account's; write the test credentials, which are others"
        )
    return ""


def run(asker: twilio_rest.TestAccount) -> Iterator[tuple[Case, int]]:
    """Each case and the code that came."""
    for case in cases():
        yield case, asker.ask(case.what, **case.arguments)


def twilio_group(load: Callable[[], Settings]) -> click.Group:
    """`flask twilio`."""
    group = click.Group("twilio", help="Twilio, without calling anybody.")

    @group.command("check", help="Try the test credentials and the magic numbers. Nothing is bought, nobody is called.")
    @click.option(
        "--to", "address", default="", callback=_checked, help="another address than Twilio's, such as the simulator's"
    )
    def check(address: str) -> None:
        try:
            settings = load()
        except SettingsError as error:
            raise click.ClickException(f"{error} (flask doctor says more)") from error
        settings = _with_credentials(settings, address)
        if fault := credentials_fault(settings):
            raise click.ClickException(fault)
        raise SystemExit(_check(twilio_rest.TestAccount(settings, address), address))

    group.add_command(task_router_command(load))
    return group


def _checked(_context: click.Context, _option: click.Parameter, address: str) -> str:
    if address and not is_address(address):
        raise click.BadParameter(f"{address!r} is no address; write one such as http://127.0.0.1:5001")
    return address


def _with_credentials(settings: Settings, address: str) -> Settings:
    """Where none of Twilio's are set, the simulator's own, for an address of this machine only."""
    if settings.twilio_test_account_sid or settings.twilio_test_auth_token or not _is_here(address):
        return settings
    sid, token = TEST
    return replace(settings, twilio_test_account_sid=sid, twilio_test_auth_token=token)


def _is_here(address: str) -> bool:
    return bool(LOOPBACK.fullmatch(urlsplit(address).netloc))


def _check(asker: twilio_rest.TestAccount, address: str) -> int:
    first = _carefully(address, asker.ask, "look for a queue")
    if first in (0, NOT_FOUND):
        raise click.ClickException("these are live credentials: they may look for queues. Nothing else was tried")
    if first != FORBIDDEN:
        raise click.ClickException(
            f"expected the refusal {FORBIDDEN} that test credentials get, and {first} came; "
            "are SID and token right? Nothing else was tried"
        )
    wrong = 0
    for case, came in _carefully(address, lambda: list(run(asker))):
        wrong += case.expected != came
        click.echo(_line(case, came))
    click.echo(f"{wrong} not as expected" if wrong else "all as expected; nothing was bought, nobody was called")
    return 1 if wrong else 0


def _carefully(address: str, ask: Callable[..., T], *arguments: str) -> T:
    try:
        return ask(*arguments)
    except twilio_rest.Unreachable as error:
        hint = "; the simulator is there while make run runs in the lab, on PORT + 1" if _is_here(address) else ""
        raise click.ClickException(f"{address or 'Twilio'} does not answer: {error}{hint}") from error


def _line(case: Case, came: int) -> str:
    asked = " ".join(
        f"{name.rstrip('_')}={value}" for name, value in case.arguments.items() if name not in ("body", "url")
    )
    mark = " ok " if case.expected == came else "BAD "
    return f"[{mark}] {case.what:8} {asked:42} expected {_said(case.expected)}, came {_said(came)}"


def _said(code: int) -> str:
    return str(code) if code else "success"
