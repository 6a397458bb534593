"""`flask` commands, each imported only when it is called, so that `flask line` starts without the others' imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click

from ivr.config.settings import Settings

Load = Callable[[], Settings]


class Later(click.Command):
    """A command known by name and imported on use; `where` is the `module:function` that builds it from `load`."""

    def __init__(self, name: str, where: str, load: Load) -> None:
        super().__init__(name)
        self._where, self._load = where, load

    @property
    def command(self) -> click.Command:
        """Import and build the command."""
        module, _, maker = self._where.partition(":")
        made: click.Command = getattr(import_module(module), maker)(self._load)
        return made

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Make the context of the real command, which then runs."""
        return self.command.make_context(*args, **more)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The help line in the list of commands."""
        return self.command.get_short_help_str(limit)


def add(cli: click.Group, load: Load, makers: Mapping[str, str]) -> None:
    """Add lazily imported commands to a group: name → `module:function`."""
    for name, where in makers.items():
        cli.add_command(Later(name, where, load))


def only_looked_for() -> bool:
    """Whether `flask` creates the app only to find a command; `flask run` and similar commands serve the app."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, click.Group)


def from_command_line() -> bool:
    """Whether the `flask` command, not a server, creates this app."""
    return click.get_current_context(silent=True) is not None
