"""`flask tunnel`: opens a public address for this machine while it runs, and writes it to `.env` as PUBLIC_BASE_URL.

The server reads `.env` at its start. When the command ends, `.env` gets its old content back. The lab gets no tunnel:
it is for this machine only.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from ivr.config.flask_commands import Load
from ivr.config.settings import Settings, SettingsError
from ivr.engine.twiml import OVERRIDES

NAME = "PUBLIC_BASE_URL"
LINE = re.compile(rf"^[ \t]*(?:export[ \t]+)?{NAME}[ \t]*=.*$\n?", re.MULTILINE)
UNKNOWN_YET = "https://not-known-yet.example.com"
NOT_INSTALLED = "the package ngrok is not installed, for production does not need it; run: make install-lab"


class Listener(Protocol):
    """An open tunnel."""

    def url(self) -> str: ...

    def close(self) -> None: ...


Open = Callable[[int], Listener]


@dataclass(frozen=True)
class Ngrok:
    """A listener of the ngrok package, whose own `close` wants an event loop."""

    address: str

    def url(self) -> str:
        """The public address."""
        return self.address

    def close(self) -> None:
        """Close the tunnel."""
        import ngrok

        ngrok.disconnect(self.address)


def open_ngrok(port: int) -> Listener:
    """The agent is inside the package; NGROK_AUTHTOKEN says whose tunnel it is."""
    import ngrok

    return Ngrok(ngrok.forward(port, authtoken_from_env=True).url())


def fault(environ: Mapping[str, str], dotenv: Path) -> tuple[str, int]:
    """Why there can be no tunnel (empty when there can), and the port that it leads to."""
    try:
        settings = Settings.load({**environ, NAME: UNKNOWN_YET}, dotenv)
    except SettingsError as error:
        return str(error), 0
    if settings.lab:
        return (
            "LAB=1: the lab would let anybody at the other end rewrite the world; "
            "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or open a tunnel by hand, see docs/twilio.md",
            0,
        )
    if environ.get(NAME):
        return f"{NAME} is set in the environment, which wins over .env; unset it and try again", 0
    if not environ.get("NGROK_AUTHTOKEN"):
        return "NGROK_AUTHTOKEN is empty; it stands in your ngrok dashboard, and a free account will do", 0
    return "", settings.port


@contextmanager
def written_down(dotenv: Path, url: str) -> Iterator[None]:
    """`.env` has this address while the block runs, and its old content afterwards."""
    before = _last(dotenv.read_text("utf-8")) if dotenv.exists() else None
    new_file = not dotenv.exists()
    _write(dotenv, f"{NAME}={url}\n")
    try:
        yield
    finally:
        _write(dotenv, before[0] if before else "")
        if new_file and not dotenv.read_text("utf-8"):
            dotenv.unlink()


def _last(text: str) -> re.Match[str] | None:
    """The last line that sets the address; it is the one that counts."""
    return max(LINE.finditer(text), key=re.Match.start, default=None)


def _write(dotenv: Path, line: str) -> None:
    text = dotenv.read_text("utf-8") if dotenv.exists() else ""
    if found := _last(text):
        text = text[: found.start()] + line + text[found.end() :]
    else:
        text += ("\n" if text and not text.endswith("\n") else "") + line
    draft = dotenv.with_name(f"{dotenv.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    if dotenv.exists():
        draft.chmod(dotenv.stat().st_mode & 0o777)
    draft.replace(dotenv)


def hold_open(listener: Listener, dotenv: Path, port: int, stop: threading.Event) -> None:
    """Keep the tunnel open until `stop` is set; then undo everything."""
    try:
        url = listener.url().rstrip("/")
        with written_down(dotenv, url):
            click.echo(f"{url} leads to port {port} of this machine; {dotenv.name} says so while this runs")
            click.echo("now, in another terminal: make run   (one that runs already must be started again)")
            click.echo("your Twilio number, each by POST:")
            for what, path in (("voice URL", "/voice"), ("fallback", "/voice/fallback"), ("status", "/voice/status")):
                click.echo(f"  {what:9}  {url}{path}{OVERRIDES}")
            click.echo("Ctrl-C closes the tunnel")
            stop.wait()
    finally:
        listener.close()
    click.echo(f"closed; {dotenv.name} is as it was")


def tunnel_command(_load: Load, opened: Open = open_ngrok, stop: threading.Event | None = None) -> click.Command:
    """`flask tunnel`. It reads the settings itself, since PUBLIC_BASE_URL is not known yet."""

    @click.command("tunnel", help="A public address for this machine while the command runs (ngrok).")
    def tunnel() -> None:
        dotenv = Path(".env")
        why_not, port = fault(os.environ, dotenv)
        if why_not:
            raise click.ClickException(why_not)
        ending = stop or _until_signalled()
        try:
            listener = opened(port)
        except ModuleNotFoundError as error:
            raise click.ClickException(NOT_INSTALLED) from error
        except Exception as error:  # ngrok raises its own kinds, by code
            raise click.ClickException(f"ngrok did not open: {error}") from error
        hold_open(listener, dotenv, port, ending)

    return tunnel


def _until_signalled() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
