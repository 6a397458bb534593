"""`make wallet-api`: the reference server on this machine, with the demo world in a database of its own."""

from __future__ import annotations

import argparse
import secrets
import sys

import sqlalchemy as sa
from werkzeug.serving import make_server

from ivr.config.settings import Settings, SettingsError, keep_secret
from ivr.lab.demo_wallet import demo_wallet
from ivr.lab.world import load_default_if_empty
from ivr.migrations.migrate import migrate
from ivr.storage.database import begin_read, begin_write, connect
from ivr.wallet.tables import wallets
from ivr.wallet_api.server import create_app

HERE = "127.0.0.1"


def main() -> int:
    """Create the database if it is missing, print the address, and serve until Ctrl-C."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(f"wallet-api: {error}", file=sys.stderr)
        return 2
    port = _port(settings.port + 3)
    engine = connect(f"sqlite:///{settings.data_dir / 'wallet-api.db'}")
    token = keep_secret(settings.data_dir / "wallet-api-token", lambda: secrets.token_urlsafe(24))
    server = make_server(HERE, port, create_app(demo_wallet(engine), _prepare(engine), token), threaded=True)
    print(f"wallet-api: serving docs/wallet-api.yaml at http://{HERE}:{port}, Ctrl-C ends it. In another terminal:")
    print(f"WALLET_API_URL=http://{HERE}:{port} WALLET_API_TOKEN={token} make run", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _prepare(engine: sa.Engine) -> set[str]:
    """Load the demo world into a new database, and return its wallets."""
    migrate(engine)
    with begin_write(engine) as conn:
        load_default_if_empty(conn)
    with begin_read(engine) as conn:
        return set(conn.scalars(sa.select(wallets.c.id)))


def _port(default: int) -> int:
    parser = argparse.ArgumentParser(prog="python -m ivr.wallet_api", description=__doc__)
    parser.add_argument("--port", type=int, default=default, help="where to listen (default: PORT + 3)")
    return parser.parse_args().port


if __name__ == "__main__":
    sys.exit(main())
