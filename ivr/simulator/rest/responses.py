"""Responses common to all REST resources: errors, pages of a list, dates, and URIs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import request

PREFIX = "/2010-04-01/Accounts/<account_sid>"
LARGEST_PAGE = 1000


class RestError(Exception):
    """An error response: HTTP status, Twilio's code, and Twilio's message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def not_found() -> RestError:
    """404 for a resource that does not exist."""
    return RestError(404, 20404, f"The requested resource {request.path} was not found")


def page(key: str, rows: Iterable[Any], show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """One page of a list, with the URIs of the other pages."""
    every, size, number = list(rows), _number("PageSize", 50, 1), _number("Page", 0, 0)
    size = min(size, LARGEST_PAGE)
    last = max(0, math.ceil(len(every) / size) - 1)
    shown = every[number * size : (number + 1) * size]
    return {
        key: [show(row) for row in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(shown) - 1),
        "uri": _page_uri(number, size),
        "first_page_uri": _page_uri(0, size),
        "next_page_uri": _page_uri(number + 1, size) if number < last else None,
        "previous_page_uri": _page_uri(number - 1, size) if number else None,
    }


def _number(name: str, default: int, least: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise RestError(400, 20001, f"{name} is {text!r}")
    return int(text)


def _page_uri(number: int, size: int) -> str:
    kept = "".join(f"&{name}={value}" for name, value in request.args.items() if name not in ("Page", "PageSize"))
    return f"{request.path}?PageSize={size}&Page={number}{kept}"


def when(moment: datetime | None) -> str | None:
    """A time in RFC 2822 format, in GMT."""
    return format_datetime(moment.astimezone(UTC)) if moment else None


def uri(account_sid: str, *parts: str) -> str:
    """The URI of a resource."""
    return "/".join(("/2010-04-01/Accounts", account_sid, *parts)) + ".json"
