"""A finding of `flask doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "mind", "bad"]


@dataclass(frozen=True)
class Finding:
    """`bad` must be mended, `mind` may be what you want; `mend` says what to do, unless it is good."""

    about: str
    verdict: Verdict
    says: str
    mend: str = ""
