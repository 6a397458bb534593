"""Passwords (argon2id) and codes of an authenticator app (TOTP), and checking them.

A person without a password, or an unknown name, is checked against a hash of nothing: the work is the same as for a
known one. A code is good for its own time step of 30 s and the two beside it, and each step once.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ivr.engine.secrets import BrokenSeal, Sealer
from ivr.storage.database import AnyRow

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that are read as another; five bits each."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
"""Characters of a password; longer input is cut before it is hashed."""
STEP_SECONDS = 30
"""For how long an authenticator app shows one code (RFC 6238)."""
ISSUER = "Support desk"
OWASP = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's parameters for argon2id: 19 MiB and two passes."""
AT_ONCE = threading.Semaphore(2)
"""Hashes that a process computes at once: a flood of sign-ins leaves the processors to the calls."""


def new_password() -> str:
    """A random password of 100 bits that can be read out and typed."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def new_totp_secret() -> str:
    """A random secret for an authenticator app."""
    return pyotp.random_base32()


def totp_uri(secret: str, person: str) -> str:
    """The `otpauth://` address that apps read, as a QR code or typed."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)


@dataclass(frozen=True)
class Credentials:
    """Checks what people type. Tests give cheap argon2 parameters, the lab its demo passwords."""

    sealer: Sealer
    hasher: PasswordHasher = field(default=OWASP)
    _of_nobody: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the hash of nothing now: the first unknown name must not take longer than the next."""
        object.__setattr__(self, "_of_nobody", self.hasher.hash(secrets.token_hex(16)))

    def hash(self, password: str) -> str:
        """The hash to be stored."""
        with AT_ONCE:
            return self.hasher.hash(password)

    def is_password(self, row: AnyRow | None, typed: str) -> bool:
        """Whether the password is right; always one hash of work, whether the person exists or not."""
        stored = row.password_hash if row is not None else None
        try:
            with AT_ONCE:
                return self.hasher.verify(stored or self._of_nobody, typed[:LONGEST_PASSWORD]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def new_hash(self, row: AnyRow, typed: str) -> str | None:
        """A hash by today's parameters if the stored one is of others; None if it is good."""
        stored = row.password_hash
        return self.hash(typed) if stored and self.hasher.check_needs_rehash(stored) else None

    def totp_secret(self, row: AnyRow) -> str | None:
        """The secret of the person's app; None if there is none, or the server key is another one."""
        try:
            return self.sealer.open(row.totp_sealed) if row.totp_sealed else None
        except BrokenSeal:
            return None

    def demo_people(self) -> Sequence[tuple[str, str, str]]:
        """Sign-in names, roles and passwords that stand on the sign-in page: none, except in the lab."""
        return ()

    def shown_code(self, row: AnyRow, at: datetime) -> str:
        """The code that stands on the page: none, except in the lab."""
        return ""

    def time_step(self, row: AnyRow, typed: str, at: datetime) -> int | None:
        """The time step of a right code that was not used yet; None for any other."""
        secret, now = self.totp_secret(row), int(at.timestamp()) // STEP_SECONDS
        if secret is None:
            return None
        right = [
            step
            for step in (now - 1, now, now + 1)
            if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_SECONDS).encode(), typed.encode())
        ]
        return next((step for step in right if step > row.totp_step), None)
