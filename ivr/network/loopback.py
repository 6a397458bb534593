"""Who may see the lab and the telephone company beside it: programs on this machine, and their own pages in its browsers.

A loopback `Host` alone says little: a proxy or a tunnel may set it, and any page on the internet may send a form to 127.0.0.1.
Browsers say from which page a request comes (`Origin`, `Sec-Fetch-Site`); programs say nothing of that. A tunnel that leaves no
trace cannot be told from this machine: where the line has a public address, there is a token besides.
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
"""What proxies, content networks and tunnels write down of whom they ask for."""
PAGE = re.compile(r"/|/phone(/|/map)?")
"""May be linked to from anywhere: opening one changes nothing, and the page that links cannot read it."""
TOKEN = "X-Lab-Token"


def is_from_here(request: Request) -> bool:
    """A loopback Host, nothing forwarded, and no page but our own."""
    forwarded = any(FORWARDED.fullmatch(name) for name, _ in request.headers)
    return bool(LOOPBACK.fullmatch(_host(request))) and not forwarded and not _is_of_another_page(request)


def refuse_strangers(request: Request, settings: Settings) -> None:
    """404 for whoever is not here; 403 for whoever has not the token that a lab with a public address asks for."""
    if not is_from_here(request):
        raise NotFound
    given = request.headers.get(TOKEN) or request.cookies.get(_cookie(settings), "")
    if not _is_right(given, settings):
        why = f"PUBLIC_BASE_URL is public: open /phone as `make run` printed it, or send {TOKEN}: and what stands in lab-token in DATA_DIR\n"
        raise Forbidden(response=Response(why, 403, mimetype="text/plain"))


def entrance(request: Request, settings: Settings) -> Response | None:
    """For a browser that came with the right `?token=`: the same page without it, and a cookie instead."""
    given = request.args.get("token", "")
    if not (settings.lab_token and request.method == "GET" and is_from_here(request) and _is_right(given, settings)):
        return None
    answer = Response(status=302, headers={"Location": request.path, "Cache-Control": "no-store"})
    answer.set_cookie(_cookie(settings), settings.lab_token, httponly=True, samesite="Strict")
    return answer


def _host(request: Request) -> str:
    return request.headers.get("Host", "")


def _is_of_another_page(request: Request) -> bool:
    """A browser says so; of a same-site page too, for other ports of this machine are other people's programs."""
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
