"""A stub of the app: it gives the answers that a test sets."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from twilio.request_validator import RequestValidator

TOKEN = "12345"


class StubApp:
    """Answers by path, in order; the last answer is repeated. Keeps every request with a valid signature."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Any]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def on(self, path: str, *replies: Any) -> StubApp:
        """Set the answers at a path: the content of a `<Response>`, a status number, or a whole Response."""
        self.replies[path] = list(replies)
        return self

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms posted to a path."""
        return [form for asked, form in self.requests if asked == path]

    def answer(self) -> Response:
        """The answer to the current request."""
        url = self.url + request.full_path.removesuffix("?") if request.query_string else self.url + request.path
        if not RequestValidator(TOKEN).validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status=403)
        self.requests.append((request.path, request.form.to_dict()))
        self.headers.append(dict(request.headers))
        replies = self.replies.get(request.path, [""])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, int):
            return Response(status=reply)
        return (
            reply if isinstance(reply, Response) else Response(f"<Response>{reply}</Response>", content_type="text/xml")
        )


def zh(text: str) -> str:
    """A Chinese `<Say>`."""
    return f'<Say voice="Polly.Zhiyu" language="cmn-CN">{text}</Say>'


def en(text: str) -> str:
    """An English `<Say>`."""
    return f'<Say voice="Polly.Joanna" language="en-US">{text}</Say>'
