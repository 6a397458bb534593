"""Utterances: what the line says, as message ids and values. They become words at the end of the turn."""

from __future__ import annotations

from typing import Any

import msgspec


class Utterance(msgspec.Struct, frozen=True):
    """One thing to say: a message id of the catalogue and its arguments, never words.

    `key`: the option is offered under this key. `language`: "zh", "en", "other" (the language that the caller did not
    choose) or None (the caller's). The journal holds checksums of the fields under these names.
    """

    id: str
    args: dict[str, Any] = {}
    key: str | None = None
    language: str | None = None


PAUSE, PAUSE_AGAIN = "pause", "pause-again"
"""Messages for a silence within long words. The first one also says that `#` repeats all of them."""
