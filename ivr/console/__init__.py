"""Commands for operating the line: `flask block`, `callbacks`, `calls`, `cases`, `erase`, `line`, `queue`, `staff`, …

Each command prints what it did in one or two lines, and refuses wrong input in one sentence with exit code 2.
"""

from __future__ import annotations

import click

from ivr.config.flask_commands import Load, add

MAKERS = {
    "block": "ivr.console.block:block_group",
    "callbacks": "ivr.console.callbacks:callbacks_group",
    "calls": "ivr.console.calls:calls_group",
    "cases": "ivr.console.cases:cases_group",
    "deliveries": "ivr.console.deliveries:deliveries_group",
    "erase": "ivr.console.erase:erase_command",
    "line": "ivr.console.line:line_command",
    "overdue": "ivr.console.overdue:overdue_command",
    "queue": "ivr.console.queue:queue_group",
    "staff": "ivr.console.staff:staff_group",
    "verification": "ivr.console.verification:verification_group",
    "voice-note": "ivr.console.voice_notes:voice_note_command",
}


def add_commands(cli: click.Group, load: Load) -> None:
    """Register all of them; `load` reads the settings when one is run."""
    add(cli, load, MAKERS)
