"""What differs between the lab and a live line: the clock, the wallet, the agents on duty, the provider of texts,
passwords of staff.

What is chosen is imported where it is chosen: a live line never loads the lab, and `flask line` no client of Twilio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.engine.secrets import Sealer
from ivr.staff.credentials import Credentials
from ivr.telephony.softphone import Softphone
from ivr.telephony.texting import Provider
from ivr.wallet.types import Wallet


def business_clock(settings: Settings) -> Callable[[sa.Connection], datetime]:
    """Business time: the lab's clock in the lab, otherwise the machine's."""
    if settings.lab:
        from ivr.lab.clock import business_now

        return business_now
    return lambda conn: datetime.now(UTC)


def make_wallet(engine: sa.Engine, settings: Settings) -> Wallet:
    """The APIs that the settings name; without any, the demo in the lab, and outside it nothing that could answer."""
    if settings.lab and not settings.wallet_api_url:
        from ivr.lab.demo_wallet import demo_wallet

        return demo_wallet(engine)
    from ivr.wallet import wallets

    return wallets.make(settings)


def agents_on_duty(settings: Settings) -> Callable[[sa.Connection], Sequence[str]]:
    """Numbers of the agents: as many as the lab's scene has, otherwise all that the settings name."""
    if settings.lab:
        from ivr.lab import agents, scene

        return lambda conn: agents.numbers(scene.read(conn), settings)
    return lambda conn: settings.agent_numbers


def make_credentials(settings: Settings) -> Credentials:
    """How staff sign in; in the lab, the demo people have passwords that stand on the sign-in page."""
    if settings.lab:
        from ivr.lab.staff import DemoCredentials

        return DemoCredentials(Sealer(settings.server_key))
    return Credentials(Sealer(settings.server_key))


def make_softphone(settings: Settings) -> Softphone | None:
    """The browsers of agents: the simulator's in the lab; elsewhere the browser itself operates its telephone."""
    if settings.lab:
        from ivr.lab.browser_telephone import LabTelephone

        return LabTelephone(settings)
    return None


def make_text_provider(engine: sa.Engine, settings: Settings) -> Provider:
    """Twilio; in the lab, a provider whose texts never leave the machine."""
    if settings.lab:
        from ivr.lab import scene
        from ivr.lab.clock import business_now
        from ivr.lab.texts import LabSms

        return LabSms(engine, Sealer(settings.server_key), lambda conn: scene.read(conn).sms, business_now)
    from ivr.telephony.twilio_rest import TwilioSms

    return TwilioSms(settings)
