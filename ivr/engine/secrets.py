"""What a caller keys about a person lives for one turn; what must be kept is sealed.

`Secret` is the value of a personal prompt in the turn in which it was keyed. It cannot be turned
into text by accident: no str, no format, no JSON, no pickle. The journal keeps a mask and the
verdict of whatever checked it. `Sealer` encrypts what may hold personal values at rest (stored
replies, summaries, a callback number), for each call with a key of the call's own. That key lies beside the
call, sealed by the server key: whoever erases it there has erased all that was sealed with it, in a journal
that is only ever added to.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import NoReturn

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
ERASED = ""
"""Stands where the key of a call was."""


class SecretLeak(TypeError):
    """A personal value was about to become text, or was used after its turn."""


class Secret:
    """A keyed identifier, code or PIN. `reveal()` works only in the turn that received it."""

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        self._value = value

    def reveal(self) -> str:
        """The digits, for an effect of the same turn; raises SecretLeak on any later turn."""
        if self._value is None:
            raise SecretLeak("a secret was used after the turn in which it was keyed; check it in that turn")
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def _refuse(self, *_: object) -> NoReturn:
        raise SecretLeak("a secret cannot become text; pass it to an effect and keep the verdict")

    __str__ = _refuse
    __format__ = _refuse
    __reduce__ = _refuse
    __copy__ = _refuse
    __deepcopy__ = _refuse


class Sealed(msgspec.Struct, frozen=True):
    """A keyed value that is kept encrypted; only rendering and effects open it."""

    token: str


class BrokenSeal(ValueError):
    """A sealed value was opened with another key, or was altered."""


class Erased(BrokenSeal):
    """The key of a sealed value was destroyed, on purpose."""


class Sealer:
    """Encrypts personal text at rest: AES-256-GCM, a new nonce each time. The key is a call's, or comes from the server's."""

    def __init__(self, server_key: bytes, call_key: bytes = b"") -> None:
        self._server_key, self._erased = server_key, False
        self._cipher = AESGCM(call_key or hmac.digest(server_key, b"seal-at-rest", hashlib.sha256))

    def new_key(self) -> str:
        """A key for a call, sealed, as it may lie in the database."""
        return self.seal(secrets.token_hex(32))

    def for_call(self, key: str | None) -> Sealer:
        """The sealer of a call, by its key; without one this one. After an erasure nothing opens, nor what it seals."""
        if key is None:
            return self
        own = Sealer(self._server_key, bytes.fromhex(self.open(key)) if key else os.urandom(32))
        own._erased = key == ERASED
        return own

    def seal(self, text: str) -> str:
        """Text → an ASCII token; the same text gives another token each time."""
        return base64.b64encode(self.seal_bytes(text.encode())).decode("ascii")

    def open(self, token: str) -> str:
        """A token of `seal` → the text; raises BrokenSeal."""
        return self.open_bytes(token).decode()

    def seal_bytes(self, plain: bytes) -> bytes:
        """The same for bytes, such as a sound."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes | str) -> bytes:
        """What `seal_bytes` or `seal` made → the bytes; raises BrokenSeal."""
        try:
            sealed = base64.b64decode(sealed, validate=True) if isinstance(sealed, str) else sealed
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (InvalidTag, ValueError) as error:
            if self._erased:
                raise Erased("what was sealed here was erased") from error
            raise BrokenSeal("this value was sealed with another server key, or altered") from error

    def fingerprint(self, text: str) -> str:
        """A keyed hash: equal for equal text, and of no use without the server key."""
        return hmac.new(self._server_key, b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()[:32]

    def code(self, *parts: str) -> str:
        """A one-time code of six digits, the same again for the same parts (a redo sends the same)."""
        return self.digits(6, "code", *parts)

    def digits(self, count: int, *parts: str) -> str:
        """So many digits, the same again for the same parts; nobody without the server key computes them."""
        digest = hmac.new(self._server_key, "\x1f".join(parts).encode(), hashlib.sha256)
        return f"{int.from_bytes(digest.digest()[:8], 'big') % 10**count:0{count}d}"


def mask(text: str) -> str:
    """The tail that may be spoken and stored: 'ends in 8000' for a number, nothing of a short value."""
    return text[-4:] if len(text) >= 8 else ""
