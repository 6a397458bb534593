"""Set-up that can be seen: `flask doctor`, `flask twilio check`, `flask tunnel`, `flask wallets`.

They are for the moments when something is not right yet, so they are there even when the settings are wrong
or the database is away: `from_command_line` lets the app be made without its rooms then.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from ivr.settings import Settings
from ivr.setup.doctor import doctor_command
from ivr.setup.tunnel import tunnel_command
from ivr.setup.twilio_check import twilio_group
from ivr.setup.wallets import wallets_group


def add_commands(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Register all of them; `load` reads the settings when one is run."""
    for command in (doctor_command(load), twilio_group(load), tunnel_command(), wallets_group(load)):
        cli.add_command(command)


def from_command_line() -> bool:
    """Whether the `flask` command is making this app, not a server."""
    return click.get_current_context(silent=True) is not None
