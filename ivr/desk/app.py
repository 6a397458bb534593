"""The desk's WSGI app: `gunicorn 'ivr.desk.app:create_desk()'`. The voice app has no `/desk`, and this one no
`/voice`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Response, redirect, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from ivr.config.logs import logger, prepare_logs
from ivr.config.settings import Settings
from ivr.desk import (
    access,
    audit_page,
    call_pages,
    case_pages,
    errors,
    failure_pages,
    line_pages,
    live_pages,
    own_pages,
    people_pages,
    phone_pages,
    search_page,
    serve_pages,
    sign_in_pages,
    state_pages,
    talk_pages,
    wall_pages,
)
from ivr.desk.context import Desk
from ivr.desk.words import register_words
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import TextOutbox
from ivr.migrations.migrate import is_migrated
from ivr.network.loopback import entrance, refuse_strangers
from ivr.staff.credentials import Credentials
from ivr.staff.sessions import LONGEST_SESSION
from ivr.staff.sign_in import SignIn
from ivr.storage.database import connect
from ivr.wallet.types import Wallet
from ivr.wiring.lab_or_live import business_clock, make_credentials, make_softphone, make_wallet

LARGEST_FORM = 64 * 1024
"""Bytes of a form of the desk: two notes of the longest, in Chinese, take about half of it."""
PAGES = (
    sign_in_pages,
    own_pages,
    live_pages,
    state_pages,
    phone_pages,
    call_pages,
    talk_pages,
    case_pages,
    serve_pages,
    search_page,
    audit_page,
    people_pages,
    wall_pages,
    line_pages,
    failure_pages,
)


def create_desk(
    settings: Settings | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    credentials: Credentials | None = None,
    wallet: Wallet | None = None,
) -> Flask:
    """The app of one process, made after the fork; tests give a clock of the machine, cheap passwords and a wallet."""
    prepare_logs()
    settings = settings or Settings.load()
    engine, sealer = connect(settings.database_url), Sealer(settings.server_key)
    credentials = credentials or make_credentials(settings)
    desk = Desk(
        engine,
        settings,
        sealer,
        SignIn(engine, sealer, credentials),
        clock,
        business_clock(settings),
        _cookie(settings),
        wallet or make_wallet(engine, settings),
        TextOutbox(business_clock(settings), clock),
        softphone=make_softphone(settings),
    )
    app = Flask(__name__, static_url_path="/desk/static")
    _configure(app, settings)
    _add_health(app, engine)
    _guard(app, desk)
    register_words(app)
    errors.register(app)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint(desk))
    if settings.desk_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.desk_proxies)  # type: ignore[method-assign]
    logger("desk").info("ready", lab=settings.lab)
    return app


def _cookie(settings: Settings) -> str:
    """A cookie is for every port of a host, so on this machine it names the port. `__Host-` binds it to this host and
    to https."""
    return "__Host-desk" if settings.desk_url.startswith("https:") else f"desk-{settings.desk_port}"


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.desk_url.startswith("https:")
    app.config.update(
        SECRET_KEY=hmac.digest(settings.server_key, b"desk-forms", hashlib.sha256),
        SESSION_COOKIE_NAME=f"{_cookie(settings)}-form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=int(LONGEST_SESSION.total_seconds()),
        WTF_CSRF_SSL_STRICT=False,  # `_guard` compares the Origin, which browsers send with every post
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)


def _add_health(app: Flask, engine: sa.Engine) -> None:
    """`/healthz`: the process runs; `/readyz`: its database is there and up to date."""

    @app.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @app.get("/readyz")
    def ready() -> Response:
        try:
            fine = is_migrated(engine)
        except sa.exc.SQLAlchemyError:
            return Response("the database does not answer\n", 503, mimetype="text/plain")
        return Response(
            "ready\n" if fine else "the database is not migrated\n", 200 if fine else 503, mimetype="text/plain"
        )

    @app.get("/")
    def to_the_desk() -> AnyResponse:
        return redirect("/desk/")


def _guard(app: Flask, desk: Desk) -> None:
    """Requests for another host, posts of other sites, in the lab strangers: refused before any page runs."""
    address = urlsplit(desk.settings.desk_url)

    @app.before_request
    def only_for_this_desk() -> AnyResponse | None:
        if request.path in ("/healthz", "/readyz"):
            return None
        if desk.settings.lab:
            if led_in := entrance(request, desk.settings):
                return led_in
            refuse_strangers(request, desk.settings)
        elif _without_port(request.host, address.scheme) != _without_port(address.netloc, address.scheme):
            raise errors.WrongHost
        origin = request.headers.get("Origin")
        own = f"{address.scheme}://{_without_port(request.host, address.scheme)}"
        if request.method == "POST" and origin is not None and origin.lower() != own:
            raise errors.OtherSite
        access.find_session(desk)
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        return access.with_headers(response, secure=address.scheme == "https")


def _without_port(host: str, scheme: str) -> str:
    """The host as browsers write it: without a name before `@`, and without the port that goes without saying."""
    return host.rpartition("@")[2].lower().removesuffix(":443" if scheme == "https" else ":80")
