"""Roles and what each may do. A right is asked for where the act happens; the wallets of a person limit each of
them."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["agent", "supervisor", "auditor", "admin"]
Right = Literal[
    "own-calls",
    "calls",
    "cases",
    "reveal",
    "take-calls",
    "wall",
    "audit",
    "people",
    "supervise",
    "serve",
    "switch-line",
]
ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: dict[str, frozenset[Right]] = {
    "agent": frozenset({"own-calls", "cases", "reveal", "take-calls", "serve"}),
    "supervisor": frozenset(
        {"calls", "cases", "reveal", "take-calls", "wall", "audit", "supervise", "serve", "switch-line"}
    ),
    "auditor": frozenset({"calls", "cases", "audit"}),
    "admin": frozenset({"audit", "people"}),
}
"""`own-calls`: calls that one took today; `calls`: all calls of one's wallets; `cases`: a case by its reference;
`take-calls`: see who waits, and be rung for them; `wall`: everybody's states and the figures of the day; `supervise`:
listen to a talk, and speak in it; `serve`: act for the caller from the card of a call, an agent in their own talk
only; `switch-line`: switch the line, and announce something to callers. An admin sees people, and no calls."""
NEEDS_CODE = ("supervisor", "admin")
"""Roles that sign in with a code of an authenticator app beside the password."""
TOPICS = ("security", "top-up", "transactions", "promotions", "information", "other")
"""What a person takes calls about; `other` is whatever has no topic of its own."""
LANGUAGES = ("zh", "en")


def may(role: str, right: Right) -> bool:
    """Whether a role has a right; a role that does not exist has none."""
    return right in RIGHTS.get(role, frozenset())
