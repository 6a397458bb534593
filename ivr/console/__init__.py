"""What an operator types while the line runs: `flask callbacks`, `cases`, `deliveries`, `erase`, `line`, `overdue`, `voice-note`.

Each command says what it did in a line or two; what it does not take is refused in one sentence, with exit code 2.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from ivr.console.callbacks import callbacks_group
from ivr.console.cases import cases_group
from ivr.console.deliveries import deliveries_group
from ivr.console.erase import erase_command
from ivr.console.line import line_command
from ivr.console.notes import voice_note_command
from ivr.console.overdue import overdue_command
from ivr.settings import Settings


def add_commands(cli: click.Group, load: Callable[[], Settings]) -> None:
    """Register all of them; `load` reads the settings when one is run."""
    makers = (
        callbacks_group,
        cases_group,
        deliveries_group,
        erase_command,
        line_command,
        overdue_command,
        voice_note_command,
    )
    for make in makers:
        cli.add_command(make(load))
