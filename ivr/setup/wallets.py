"""`flask wallets load FILE` sets the wallets that the line serves; `flask wallets check` asks their APIs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

from ivr.config.settings import Settings, SettingsError
from ivr.engine.errors import Unavailable
from ivr.storage.database import begin_read, begin_write, connect
from ivr.wallet import tables, wallet_file
from ivr.wiring.lab_or_live import make_wallet

REQUEST_SECONDS = 4.0
"""For the request that checks a wallet's API: as long as a caller would wait (TOUCH_SECONDS)."""


def wallets_group(load: Callable[[], Settings]) -> click.Group:
    """`flask wallets`."""
    group = click.Group("wallets", help="The wallets that the line serves.")

    @group.command("load", help="Serve the wallets of FILE (JSON or TOML), and no others. See docs/wallet-api.md.")
    @click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
    def load_file(path: Path) -> None:
        settings = _settings(load)
        if settings.lab:
            raise click.ClickException("LAB=1: the wallets are the lab's world; PUT it at /lab/world, or write LAB=0")
        try:
            found = wallet_file.read(path)
        except wallet_file.WalletFileError as error:
            raise click.ClickException(str(error)) from error
        with _database(settings) as engine, begin_write(engine) as conn:
            wallet_file.replace(conn, found)
        for one in found:
            click.echo(f"{one['id']}: {one['name']['en']}, called at {', '.join(wallet_file.lines(one))}")

    @group.command("check", help="Ask the API of each wallet for its promotions: nothing personal, nothing changed.")
    def check() -> None:
        settings = _settings(load)
        with _database(settings) as engine:
            with begin_read(engine) as conn:
                known = sorted(conn.scalars(sa.select(tables.wallets.c.id)))
            answers = [_answers(engine, settings, wallet) for wallet in known]
        if not known:
            raise click.ClickException("no wallet is configured; run: flask wallets load FILE")
        raise SystemExit(0 if all(answers) else 1)

    return group


def _settings(load: Callable[[], Settings]) -> Settings:
    try:
        return load()
    except SettingsError as error:
        raise click.ClickException(f"{error} (flask doctor says more)") from error


@contextmanager
def _database(settings: Settings) -> Iterator[sa.Engine]:
    engine = connect(settings.database_url)
    try:
        yield engine
    except sa.exc.SQLAlchemyError as error:
        raise click.ClickException(
            f"the database fails ({type(error).__name__}); is DATABASE_URL right, and did you run make migrate?"
        ) from error
    finally:
        engine.dispose()


def _answers(engine: sa.Engine, settings: Settings, wallet: str) -> bool:
    begun = time.monotonic()
    try:
        found = make_wallet(engine, settings).promotions(wallet, begun + REQUEST_SECONDS)
    except Unavailable as error:
        click.echo(f"[BAD ] {wallet}: {error}")
        return False
    click.echo(f"[ ok ] {wallet}: {len(found)} promotions in {(time.monotonic() - begun) * 1000:.0f} ms")
    return True
