"""Pages for what went wrong: what it is and what to do, nothing of the inside."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from ivr.config.logs import logger
from ivr.engine.runtime import position

SAID = {400: "error-form", 403: "error-forbidden", 404: "error-not-found", 405: "error-method", 413: "error-form"}


class WrongHost(NotFound):
    """A request that names another host than DESK_URL."""


class OtherSite(Forbidden):
    """A post from a page of another site."""


def register(app: Flask) -> None:
    """Answer every error with a page in the reader's language."""

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        return _page("error-form"), 400

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> AnyResponse | tuple[str, int]:
        code = error.code or 500
        if error.response is not None:  # the lab says which token it wants
            return error.get_response()
        if isinstance(error, WrongHost):
            return Response("not here\n", code, mimetype="text/plain")
        return _page(SAID.get(code, "error-fault")), code

    @app.errorhandler(sa.exc.SQLAlchemyError)
    def no_database(error: sa.exc.SQLAlchemyError) -> tuple[str, int]:
        logger("desk").error("database failed", type=type(error).__name__, endpoint=request.endpoint)
        if request.method == "GET":
            return _page("error-database", again=request.full_path.removesuffix("?")), 503
        return _page("error-database-sent"), 503

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[str, int]:
        logger("desk").error("page failed", type=type(error).__name__, at=position(error), endpoint=request.endpoint)
        return _page("error-fault"), 500


def _page(says: str, **more: str) -> str:
    return render_template("desk/error.html", says=says, **more)
