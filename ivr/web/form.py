"""A telephone company's form: thirty fields, most of them empty or plain.

The general reader unquotes every name and every value; here only what is quoted is. The result is the same.
"""

from __future__ import annotations

from functools import cached_property
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


class FormRequest(Request):
    """Flask's request with a quicker `form`."""

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:  # type: ignore[override]
        """The posted fields. None of a body that is no UTF-8; another kind of body is left to Werkzeug."""
        if self.mimetype != "application/x-www-form-urlencoded":
            return super().form
        try:
            return ImmutableMultiDict(fields(self.get_data().decode()))
        except UnicodeDecodeError:
            return ImmutableMultiDict()


def fields(body: str) -> list[tuple[str, str]]:
    """Names and values in their order, empty ones too; a name may come more than once.

    >>> fields("Digits=1%23&From=&To=%2B864")
    [('Digits', '1#'), ('From', ''), ('To', '+864')]
    """
    pairs = [pair.partition("=") for pair in body.split("&") if pair]
    return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]


def _unquoted(text: str) -> str:
    return unquote_plus(text, errors="werkzeug.url_quote") if "%" in text or "+" in text else text
