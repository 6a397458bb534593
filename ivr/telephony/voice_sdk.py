"""Twilio's Voice SDK in the browser of an agent: where its file lies, what it needs, and the tokens that let it ring.

The file is not part of this project: `make voice-sdk` fetches it. A token is a credential: whoever holds it is rung as
that agent. So it takes incoming calls only, and lives for minutes; the page asks for the next one while the session
lasts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from ivr.config.settings import Settings

FILE = Path(sys.prefix) / "voice-sdk" / "twilio.min.js"
TOKEN_SECONDS = 900
"""For how long the token of an agent's browser is valid; the page asks for the next one before."""
EDGES = {"ie1": "dublin", "au1": "sydney"}
SOUNDS = "https://media.twiliocdn.com https://sdk.twilio.com"
"""Where the SDK fetches its own sounds."""


def missing(settings: Settings) -> str | None:
    """Why no browser can be rung: `no-key`, `no-sdk`, or None."""
    if not (settings.twilio_account_sid and settings.twilio_api_key):
        return "no-key"
    return None if FILE.is_file() else "no-sdk"


def token(settings: Settings, identity: str) -> str:
    """A token with which the browser of this identity takes incoming calls."""
    made = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key,
        settings.twilio_api_secret,
        identity=identity,
        ttl=TOKEN_SECONDS,
        region=settings.twilio_region or None,
    )
    made.add_grant(VoiceGrant(incoming_allow=True))
    return str(made.to_jwt())


def edge(settings: Settings) -> str:
    """The edge by which browsers reach Twilio: a region other than the first has its own."""
    return settings.twilio_edge or EDGES.get(settings.twilio_region, "roaming")


def policy(settings: Settings) -> tuple[str, str]:
    """What a page needs beside its own origin: connect-src and media-src, as the SDK's documents list them."""
    events = f"eventgw.{settings.twilio_region}.twilio.com" if settings.twilio_region else "eventgw.twilio.com"
    return f"https://{events} wss://voice-js.{edge(settings)}.twilio.com {SOUNDS}", f"mediastream: {SOUNDS}"
