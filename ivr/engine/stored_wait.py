"""The wait that a call stands at, as its journal row stores it: an answer may only go to the question that was heard.

Only answered steps are journaled. So the stored wait alone tells the question that the caller heard from another one
that a deployment put in its place: without it, a `1` would be a yes to whatever is asked there now.

A key means the option that was heard under it. If that option is gone, or the question is another one, the call has
diverged. For a question that acts, and for one whose options were found for this caller, all words are compared. For
every yes-or-no question the values are compared that were heard with it: "five hundred yuan of yesterday, is it this
one?" is another question about another record.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from msgspec.structs import replace

from ivr.engine.effects import EffectRequest
from ivr.engine.errors import Diverged
from ivr.engine.prompts import Confirm, Decision, Menu
from ivr.engine.waits import FILLER, CallerWait, Wait

StoredWait = dict[str, Any]
"""name · kind (of the wait) · prompt (its class) · options (as offered) · heard (a checksum of words and values) ·
about (a checksum of the values heard with a yes-or-no question, also before a repetition that left them out).

Rows of older releases have the name and the kind only, or no `about`.
"""


def store(wait: CallerWait) -> StoredWait:
    """The part of a wait that a row stores."""
    stored: StoredWait = {"name": wait.name, "kind": wait.stored_kind}
    if isinstance(wait, Wait):
        stored["prompt"] = type(wait.prompt).__name__
        if isinstance(wait.prompt, Menu):
            stored["options"] = list(wait.prompt.options)
        if (heard := _heard(wait)) is not None:
            stored["heard"] = heard
        if isinstance(wait.prompt, Confirm):
            stored["about"] = _checksum([[one for one in wait.said if one.args], wait.args])
    return stored


def match(stored: StoredWait, request: Any) -> Any:
    """The flow's first live request, with its options under the keys that the caller heard. Raises Diverged.

    A turn that stopped for the filler goes on with the effect that it announced.
    """
    if stored["name"] == FILLER.name:
        if isinstance(request, EffectRequest):
            return request
        raise Diverged(f"the call waited for the outside, the flow now asks {_describe(request)}")
    compared: tuple[str, ...] = ("name", "kind", "prompt", "heard") if "prompt" in stored else ("name", "kind")
    if "about" in stored:
        compared += ("about",)
    asked = {} if isinstance(request, EffectRequest) else store(request)
    if any(stored.get(part) != asked.get(part) for part in compared):
        raise Diverged(
            f"the call waited at {stored.get('prompt', stored['kind'])} {stored['name']!r}, "
            f"the flow now asks {_describe(request)}; was the flow changed while this call was running?"
        )
    options = tuple(stored.get("options", ()))
    if not options or options == request.prompt.options:
        return request
    return replace(request, prompt=request.prompt.offering(options))


def check_option(asked: Wait, decision: Decision) -> None:
    """Check that the flow still offers the option that was heard and chosen. Raises Diverged."""
    kind, value = decision
    if kind == "value" and isinstance(asked.prompt, Menu) and value not in asked.prompt.options:
        raise Diverged(f"the caller chose {value!r} at {asked.name!r}, which no longer offers it")


def _heard(wait: Wait) -> int | None:
    """A checksum of what was heard, where the meaning of a key depends on it."""
    if isinstance(wait.prompt, Confirm) and wait.prompt.acts:
        return _checksum(wait.utterances)
    return _checksum(wait.args["choices"]) if "choices" in wait.args else None


def _checksum(heard: Any) -> int:
    return zlib.crc32(msgspec.json.encode(heard, enc_hook=repr))


def _describe(request: Any) -> str:
    if isinstance(request, EffectRequest):
        return f"for the effect {request.name!r}"
    return f"{type(request.prompt if isinstance(request, Wait) else request).__name__} {request.name!r}"
