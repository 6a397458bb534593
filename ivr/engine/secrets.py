"""Personal values: a keyed one lasts for one turn (`Secret`); what must be stored is encrypted (`Sealer`).

`Secret` is the value of a personal prompt in the turn in which it was keyed. It cannot become text by accident: it has
no str, no format, no JSON and no pickle. The journal holds only the result of the effect that checked it.

`Sealer` encrypts what may hold personal values at rest (stored replies, summaries, a callback number), with a key for
each call. That key lies with the call, sealed by the server key: erasing it makes everything unreadable that was sealed
with it, although the journal is never changed.
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
"""Bytes of the nonce of AES-GCM, in front of what is sealed."""
ERASED = ""
"""Replaces the key of a call that was erased."""


class SecretLeak(TypeError):
    """A personal value would have become text, or was used after its turn."""


class Secret:
    """A keyed identifier, code or PIN. `reveal()` works only in the turn that received it."""

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        self._value = value

    def reveal(self) -> str:
        """The digits, for an effect of the same turn. Raises SecretLeak in any later turn."""
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
    """A keyed value that is stored encrypted. Only rendering and effects open it."""

    token: str


class BrokenSeal(ValueError):
    """A sealed value was opened with another key, or it was altered."""


class Erased(BrokenSeal):
    """The key of a sealed value was erased on purpose."""


class Sealer:
    """Encrypts personal text at rest: AES-256-GCM with a new nonce each time, under a call's key or the server's."""

    def __init__(self, server_key: bytes, call_key: bytes = b"") -> None:
        self._server_key, self._erased = server_key, False
        self._cipher = AESGCM(call_key or hmac.digest(server_key, b"seal-at-rest", hashlib.sha256))

    def new_key(self) -> str:
        """A new key for a call, sealed, as the database may hold it."""
        return self.seal(secrets.token_hex(32))

    def for_call(self, key: str | None) -> Sealer:
        """The sealer with a call's key, or this one if it has none. After an erasure it opens nothing."""
        if key is None:
            return self
        own = Sealer(self._server_key, bytes.fromhex(self.open(key)) if key else os.urandom(32))
        own._erased = key == ERASED
        return own

    def seal(self, text: str) -> str:
        """Text → an ASCII token, a different one each time."""
        return base64.b64encode(self.seal_bytes(text.encode())).decode("ascii")

    def open(self, token: str) -> str:
        """A token of `seal` → its text. Raises BrokenSeal."""
        return self.open_bytes(token).decode()

    def seal_bytes(self, plain: bytes) -> bytes:
        """Bytes, such as a sound → sealed bytes."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open_bytes(self, sealed: bytes | str) -> bytes:
        """The result of `seal_bytes` or `seal` → its bytes. Raises BrokenSeal."""
        try:
            sealed = base64.b64decode(sealed, validate=True) if isinstance(sealed, str) else sealed
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (InvalidTag, ValueError) as error:
            if self._erased:
                raise Erased("what was sealed here was erased") from error
            raise BrokenSeal("this value was sealed with another server key, or altered") from error

    def fingerprint(self, text: str) -> str:
        """A keyed hash: equal for equal texts, and useless without the server key."""
        return hmac.new(self._server_key, b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()[:32]

    def digits(self, count: int, *parts: str) -> str:
        """`count` digits, the same for the same parts. They cannot be computed without the server key."""
        digest = hmac.new(self._server_key, "\x1f".join(parts).encode(), hashlib.sha256)
        return f"{int.from_bytes(digest.digest()[:8], 'big') % 10**count:0{count}d}"


def mask(text: str) -> str:
    """The last four digits of a long value, which may be spoken and stored; "" for a short one."""
    return text[-4:] if len(text) >= 8 else ""
