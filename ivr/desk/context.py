"""What every page of the desk works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.desk.room import Briefs
from ivr.engine.secrets import Sealer
from ivr.follow_up.messages import TextOutbox
from ivr.staff.sign_in import SignIn
from ivr.telephony.softphone import Softphone
from ivr.wallet.types import Wallet


@dataclass(frozen=True)
class Desk:
    """The database and clocks: `now` is the machine's time, for sessions and the audit log; `business_now` that of
    calls."""

    engine: sa.Engine
    settings: Settings
    sealer: Sealer
    sign_in: SignIn
    now: Callable[[], datetime]
    business_now: Callable[[sa.Connection], datetime]
    cookie: str
    wallet: Wallet
    texts: TextOutbox
    softphone: Softphone | None = None
    """The browsers of agents, where the server operates them; None where Twilio's Voice SDK does."""
    briefs: Briefs = field(default_factory=Briefs)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.settings.desk_url.startswith("https:")
