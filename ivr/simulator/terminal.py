"""A telephone in the terminal: `python -m ivr.simulator.terminal` calls a running server.

Type keys and Enter. An empty line is silence, `h` hangs up, `repeat` sends the last webhook again. After a tone,
`say my card was refused` is recorded; the lab's simulator keeps the recording.
`--save FILE` writes the call as a dialogue test, with every key that was pressed: use made-up customers only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from ivr.config.settings import Settings
from ivr.network.loopback import TOKEN
from ivr.simulator.account.account import Account
from ivr.simulator.account.leg_events import CallerGone
from ivr.simulator.account.recordings import Recording
from ivr.simulator.calls.phone import SIMULATED_ACCOUNT, Phone
from ivr.simulator.webhooks.delivery import WebhookFailed
from ivr.simulator.webhooks.transport import HttpTransport

DEFAULT_LINE, DEFAULT_CALLER = "+864000000101", "+8613900000001"
BEHAVIOURS = {"a": "accept", "d": "decline", "b": "busy", "n": "no-answer"}
SWITCHES = {"zh": ("普通话", "中文"), "en": ("English", "英语")}

Ask = Callable[[str], str]
Tell = Callable[[str], None]


def connect(server: str = "", **more: object) -> Phone:
    """A phone for the server that this machine's settings describe, or for the one named."""
    settings = Settings.load()
    real = server or f"http://127.0.0.1:{settings.port}"
    # A server with a public address checks signatures against that address, not against the one connected to.
    transport = HttpTransport(real, real if server else settings.public_base_url)
    account_sid = settings.twilio_account_sid or SIMULATED_ACCOUNT
    account = ForwardingAccount(account_sid, settings.twilio_api_url.get("", f"http://127.0.0.1:{settings.port + 1}"))
    account.token = settings.lab_token
    return Phone(transport, settings.twilio_auth_token, account_sid, account=account, **more)  # type: ignore[arg-type]


class ForwardingAccount(Account):
    """An account that forwards its recordings to the lab's simulator, where the app fetches them."""

    token = ""

    def record(self, recording: Recording) -> Recording:
        """Keep a recording, and send it to the lab's simulator if one is running."""
        told = {"call": recording.call, "seconds": recording.seconds, "words": recording.words}
        where, shown = f"{self.base_url}/simulator/recordings/{recording.sid}", {TOKEN: self.token}
        with suppress(httpx.HTTPError):
            httpx.put(where, json=told, headers=shown, timeout=2, trust_env=False)
        return super().record(recording)


def talk(
    phone: Phone, line: str, caller: str, *, language: str = "", ask: Ask = input, tell: Tell = print
) -> list[str]:
    """Hold one call with a person. Returns the call as statements of a dialogue test."""
    script = [f"caller.dials({line!r}, from_={caller!r})", *_shown(phone.dials(line, from_=caller), tell)]
    if key := _switch(phone, language):
        tell(f"  > {key}")
        script += [f"caller.presses({key!r})", *_shown(phone.presses(key), tell)]
    while not phone.over:
        statement = _act(phone, _typed(phone, ask), tell)
        script += [statement, *_shown(phone, tell)] if statement else []
    return script


def _typed(phone: Phone, ask: Ask) -> str:
    try:
        return ask(
            "talking to the agent; empty: the agent hangs up, h: you hang up > " if phone.talking_to else "  > "
        ).strip()
    except (EOFError, KeyboardInterrupt):
        return "h"


def _act(phone: Phone, typed: str, tell: Tell) -> str:
    if typed == "repeat":
        _repeat(phone, tell)
        return ""
    if typed == "h":
        phone.hangs_up()
        return "caller.hangs_up()"
    if not typed:
        phone.waits()
        return "caller.waits()"
    if typed.startswith("say ") and phone.may_speak:
        phone.speaks(words=typed[4:].strip())
        return f"caller.speaks(words={typed[4:].strip()!r})"
    if not re.fullmatch(r"[0-9#*]+", typed):
        tell("  keys are 0-9 * #; empty: silence; h: hang up; repeat: last webhook again; say …: speak after a tone")
        return ""
    phone.presses(typed)
    return f"caller.presses({typed!r})"


def _repeat(phone: Phone, tell: Tell) -> None:
    try:
        before, now = phone.webhooks.again()
        tell("  same answer" if before.body == now.body else f"  DIFFERENT ANSWER:\n{now.body.decode()}")
    except WebhookFailed as fault:
        tell(f"  [{fault}]")


def _shown(phone: Phone, tell: Tell) -> list[str]:
    lines = [line.strip() for line in phone.heard.splitlines() if line.strip()]
    for line in lines:
        tell(f"  {line}")
    for fault in phone.faults:
        tell(f"  [{fault}]")
    if phone.over:
        tell("  [the call is over]")
    return [f"caller.hears({', '.join(map(repr, lines))})"] if lines else []


def _advice(phone: Phone) -> str:
    """Advice when the app answered no webhook at all; otherwise empty."""
    if phone.documents or not phone.faults:
        return ""
    if "HTTP 403" in str(phone.faults[0]):
        settings = "DATA_DIR, TWILIO_AUTH_TOKEN and PUBLIC_BASE_URL"
        return f"  the server refuses the signature: use the {settings} it was started with"
    return "  is the server running? start it with make run, and call it on the same PORT"


def _switch(phone: Phone, language: str) -> str:
    for label in SWITCHES.get(language, ()):
        for option in phone.options:
            if label in option.label and phone.language != language:
                return option.key
    return ""


def asked_agent(ask: Ask) -> Callable[[str], str]:
    """An agent whose behaviour is asked in the terminal for each call."""

    def agent(number: str) -> str:
        try:
            typed = ask(f"  calling agent {number}: a(ccept) d(ecline) b(usy) n(o answer) > ").strip()
        except (EOFError, KeyboardInterrupt):
            raise CallerGone from None
        return BEHAVIOURS.get(typed[:1].lower(), "accept")

    return agent


def as_test(script: Sequence[str], agent: str, server: str = "") -> str:
    """The call as a test module that calls a running server."""
    body = "\n".join(f"    {statement}" for statement in script)
    return (
        '"""A recorded call. Words that depend on the day (dates, references) may need loosening."""\n\n'
        "from ivr.simulator.terminal import connect\n\n\n"
        "def test_the_recorded_call_still_goes_the_same_way():\n"
        '    """Every sentence that was heard is heard again."""\n'
        f"    caller = connect({server!r}, agents={agent!r})\n{body}\n"
    )


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make phone", description="Call the running server from this terminal.")
    parser.add_argument("--server", default="", help="address of the server, if it is not the one in the settings")
    parser.add_argument("--line", default=DEFAULT_LINE, help="the number to call; it selects the wallet")
    parser.add_argument("--from", dest="caller", default=DEFAULT_CALLER, help="the caller's number")
    parser.add_argument("--lang", choices=["zh", "en"], default="", help="choose this language when it is offered")
    parser.add_argument(
        "--agent", choices=[*BEHAVIOURS.values()], default="", help="how agents behave; without it you are asked"
    )
    parser.add_argument("--save", type=Path, help="write the call as a dialogue test")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, ask: Ask = input, tell: Tell = print) -> int:
    """Place a call, hold it, and save it when asked."""
    arguments = _arguments(argv)
    asked: list[str] = []
    prompted = asked_agent(ask)

    def agent(number: str) -> str:
        asked.append(arguments.agent or prompted(number))
        return asked[-1]

    phone = connect(arguments.server, agents=agent, repeat=False, strict=False)
    script = talk(phone, arguments.line, arguments.caller, language=arguments.lang, ask=ask, tell=tell)
    if advice := _advice(phone):
        tell(advice)
    if arguments.save:
        behaviour = next(iter(asked), "accept")
        arguments.save.write_text(as_test(script, behaviour, arguments.server), encoding="utf-8")
        tell(f"  saved: {arguments.save}")
    return 1 if phone.faults else 0


if __name__ == "__main__":
    sys.exit(main())
