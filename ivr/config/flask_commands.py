"""`flask` commands, each imported when it is typed: `flask line` need not wait for what the others use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click

from ivr.config.settings import Settings

Load = Callable[[], Settings]


class Later(click.Command):
    """A command that stands in a group by its name; `where` is `module:function`, which makes it of `load`."""

    def __init__(self, name: str, where: str, load: Load) -> None:
        super().__init__(name)
        self._where, self._load = where, load

    @property
    def command(self) -> click.Command:
        """The command itself, imported."""
        module, _, maker = self._where.partition(":")
        made: click.Command = getattr(import_module(module), maker)(self._load)
        return made

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """That of the command itself, which is then the one that runs."""
        return self.command.make_context(*args, **more)

    def get_short_help_str(self, limit: int = 45) -> str:
        """For the list of all commands."""
        return self.command.get_short_help_str(limit)


def add(cli: click.Group, load: Load, makers: Mapping[str, str]) -> None:
    """Put commands into a group, by their names and where they are made."""
    for name, where in makers.items():
        cli.add_command(Later(name, where, load))


def only_looked_for() -> bool:
    """Whether `flask` makes the app only to find a command of it; `flask run` and its like use the app."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, click.Group)


def from_command_line() -> bool:
    """Whether the `flask` command is making this app, not a server."""
    return click.get_current_context(silent=True) is not None
