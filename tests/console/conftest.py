"""A line of its own for what an operator types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from ivr import console
from ivr.lab.world import load_default_if_empty
from ivr.storage.database import begin_write
from tests.call_flows.conftest import line

__all__ = ["line"]
Typed = Callable[..., Result]


@pytest.fixture
def live(settings: Any, database: sa.Engine) -> Any:
    """Settings of a line outside of the lab, with the demo's two wallets."""
    with begin_write(database) as conn:
        load_default_if_empty(conn)
    return replace(settings, lab=False, database_url=database.url.render_as_string(hide_password=False))


@pytest.fixture
def typed(live: Any) -> Typed:
    """A command as a person types it, after `flask`."""
    cli = click.Group()
    console.add_commands(cli, lambda: live)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, list(words))

    return run


@pytest.fixture
def refused(typed: Typed) -> Callable[..., str]:
    """The one sentence of a refusal."""

    def run(*words: str) -> str:
        result = typed(*words)
        assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
        (sentence,) = result.output.splitlines()
        assert sentence.startswith("Error: ")
        return sentence

    return run
