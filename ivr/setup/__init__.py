"""Commands for setting up the line: `flask doctor`, `flask twilio`, `flask tunnel`, `flask wallets`.

They are needed when something is not right yet, so they work even when the settings are wrong or the
database does not answer.
"""

from __future__ import annotations

import click

from ivr.config.flask_commands import Load, add

MAKERS = {
    "doctor": "ivr.setup.doctor:doctor_command",
    "tunnel": "ivr.setup.tunnel:tunnel_command",
    "twilio": "ivr.setup.twilio_check:twilio_group",
    "wallets": "ivr.setup.wallets:wallets_group",
}


def add_commands(cli: click.Group, load: Load) -> None:
    """Register all of them; `load` reads the settings when one is run."""
    add(cli, load, MAKERS)
