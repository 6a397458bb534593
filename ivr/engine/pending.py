"""The question that a call waits at, as its row keeps it: an answer may only go to the question that was heard.

Only answered steps are journaled. So it is this, and nothing else, that tells the question which the caller heard from
another one that a deployment put in its place: without it a `1` would be a yes to whatever is asked there now.

A key means the option that was heard under it. If that option is gone, or if the question is another one, the call has
diverged. Of a question that acts, and of one that offers what was found, all that was heard is compared.
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

Kept = dict[str, Any]
"""name · kind (the verb) · prompt (its class) · options (as they were offered) · heard (a checksum of words and values)."""


def keep(wait: CallerWait) -> Kept:
    """What a row keeps of its wait."""
    kept: Kept = {"name": wait.name, "kind": wait.stored_kind}
    if isinstance(wait, Wait):
        kept["prompt"] = type(wait.prompt).__name__
        if isinstance(wait.prompt, Menu):
            kept["options"] = list(wait.prompt.options)
        if (heard := _heard(wait)) is not None:
            kept["heard"] = heard
    return kept


def as_heard(kept: Kept, request: Any) -> Any:
    """The flow's first live request, with the options under the keys that the caller heard; raises Diverged.

    A turn that stopped for a word before it waited for the outside goes on with that effect. Rows of releases that kept
    only the name and the verb are compared by these.
    """
    if kept["name"] == FILLER.name:
        if isinstance(request, EffectRequest):
            return request
        raise Diverged(f"the call waited for the outside, the flow now asks {_named(request)}")
    compared = ("name", "kind", "prompt", "heard") if "prompt" in kept else ("name", "kind")
    asked = {} if isinstance(request, EffectRequest) else keep(request)
    if any(kept.get(part) != asked.get(part) for part in compared):
        raise Diverged(
            f"the call waited at {kept.get('prompt', kept['kind'])} {kept['name']!r}, the flow now asks {_named(request)}; "
            "was the flow changed while this call was running?"
        )
    options = tuple(kept.get("options", ()))
    if not options or options == request.prompt.options:
        return request
    return replace(request, prompt=request.prompt.offering(options))


def check_option(asked: Wait, decision: Decision) -> None:
    """An option that was heard and chosen must still be offered; raises Diverged."""
    kind, value = decision
    if kind == "value" and isinstance(asked.prompt, Menu) and value not in asked.prompt.options:
        raise Diverged(f"the caller chose {value!r} at {asked.name!r}, which no longer offers it")


def _heard(wait: Wait) -> int | None:
    """A checksum of what was heard, where the key's meaning depends on it."""
    if isinstance(wait.prompt, Confirm) and wait.prompt.acts:
        return _checksum(wait.utterances)
    return _checksum(wait.args["choices"]) if "choices" in wait.args else None


def _checksum(heard: Any) -> int:
    return zlib.crc32(msgspec.json.encode(heard, enc_hook=repr))


def _named(request: Any) -> str:
    if isinstance(request, EffectRequest):
        return f"for the effect {request.name!r}"
    return f"{type(request.prompt if isinstance(request, Wait) else request).__name__} {request.name!r}"
