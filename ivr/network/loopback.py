"""Restricts the lab and the simulator to programs on this machine and to their own pages in its browsers.

A loopback `Host` is not enough: a proxy or a tunnel may set it, and any page on the internet may send a form to
127.0.0.1. Browsers name the page that a request comes from (`Origin`, `Sec-Fetch-Site`); programs do not. A tunnel that
leaves no trace looks like this machine, so a lab with a public address also asks for a token.
"""

from __future__ import annotations

import hmac
import re

from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Request, Response

from ivr.config.settings import Settings

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
FORWARDED = re.compile(
    r"via|cdn-loop|x-real-ip|(x-)?forwarded(-.*)?|(x-|true-)?(cluster-)?client-ip"
    r"|(x-)?(original|envoy|amzn|amz-cf|azure|appengine|cloud-trace|cf|fly|fastly|akamai|vercel|ngrok|tailscale)-.*",
    re.IGNORECASE,
)
"""Headers in which proxies, content delivery networks and tunnels name the original client."""
PAGE = re.compile(r"/|/desk/?|/desk/sign-in|/phone(/|/map)?")
"""Pages that any site may link to: opening one changes nothing, and the linking page cannot read it."""
TOKEN = "X-Lab-Token"


def is_from_here(request: Request) -> bool:
    """Whether the request has a loopback Host, was not forwarded, and comes from no foreign page."""
    forwarded = any(FORWARDED.fullmatch(name) for name, _ in request.headers)
    return bool(LOOPBACK.fullmatch(_host(request))) and not forwarded and not _is_of_another_page(request)


def refuse_strangers(request: Request, settings: Settings) -> None:
    """Raise 404 unless the client is on this machine, and 403 if the lab asks for a token and the request has none."""
    if not is_from_here(request):
        raise NotFound
    given = request.headers.get(TOKEN) or request.cookies.get(_cookie(settings), "")
    if not _is_right(given, settings):
        why = (
            f"PUBLIC_BASE_URL is public: open /phone as `make run` printed it, or send {TOKEN}: and what stands "
            "in lab-token in DATA_DIR\n"
        )
        raise Forbidden(response=Response(why, 403, mimetype="text/plain"))


def entrance(request: Request, settings: Settings) -> Response | None:
    """For a browser with the right `?token=`: redirect to the same page without it, and set a cookie."""
    given = request.args.get("token", "")
    if not (settings.lab_token and request.method == "GET" and is_from_here(request) and _is_right(given, settings)):
        return None
    answer = Response(status=302, headers={"Location": request.path, "Cache-Control": "no-store"})
    answer.set_cookie(_cookie(settings), settings.lab_token, httponly=True, samesite="Strict")
    return answer


def _host(request: Request) -> str:
    return request.headers.get("Host", "")


def _is_of_another_page(request: Request) -> bool:
    """Whether a browser names another page as the origin, also of the same site: other ports are other programs."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
    if origin is not None and origin.lower() != f"http://{_host(request)}".lower():
        return True
    return site not in ("none", "same-origin") and not _opens_a_page(request)


def _opens_a_page(request: Request) -> bool:
    kind = tuple(request.headers.get(f"Sec-Fetch-{what}") for what in ("Mode", "Dest"))
    return request.method == "GET" and kind == ("navigate", "document") and bool(PAGE.fullmatch(request.path))


def _cookie(settings: Settings) -> str:
    return f"lab-{settings.port}"  # a cookie is for every port of a host


def _is_right(given: str, settings: Settings) -> bool:
    return not settings.lab_token or hmac.compare_digest(given.encode(), settings.lab_token.encode())
