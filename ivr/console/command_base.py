"""The base of every command: settings, database, and refusals in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa

from ivr.config.settings import Settings, SettingsError
from ivr.storage.database import connect
from ivr.wiring.lab_or_live import business_clock


class Refused(click.ClickException):
    """Wrong input, settings or database; the message is one sentence."""

    exit_code = 2


class Command(click.Command):
    """A command whose argument errors are one sentence, too."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the arguments; raises Refused."""
        try:
            return super().make_context(*args, **more)
        except click.UsageError as error:
            raise Refused(error.format_message()) from error


class Group(Command, click.Group):
    """A group of such commands; without a subcommand it lists."""

    command_class = Command

    def resolve_command(self, *args: Any) -> Any:
        """Find the subcommand; raises Refused."""
        try:
            return super().resolve_command(*args)
        except click.UsageError as error:
            raise Refused(error.format_message()) from error


def minute(at: str | datetime) -> str:
    """A moment to the minute, with its zone.

    >>> minute("2026-11-23T10:00:31+08:00")
    '2026-11-23T10:00+08:00'
    """
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).isoformat(timespec="minutes")


def tries(number: int) -> str:
    """How often something was tried."""
    return f"{number} {'try' if number == 1 else 'tries'}"


@dataclass(frozen=True)
class LineAccess:
    """The settings and the database that a command works on."""

    settings: Settings
    engine: sa.Engine

    def now(self, conn: sa.Connection) -> datetime:
        """Business time."""
        return business_clock(self.settings)(conn)


@contextmanager
def line_access(load: Callable[[], Settings]) -> Iterator[LineAccess]:
    """Settings and database; raises Refused when one of them is not right."""
    try:
        settings = load()
    except SettingsError as error:
        raise Refused(f"{error} (flask doctor says more)") from error
    engine = connect(settings.database_url)
    try:
        yield LineAccess(settings, engine)
    except sa.exc.SQLAlchemyError as error:
        kind = type(error).__name__
        raise Refused(f"the database fails ({kind}); is DATABASE_URL right, and did you run make migrate?") from error
    finally:
        engine.dispose()
