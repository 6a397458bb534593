"""The engine. Flows import its vocabulary from here: the call, prompts, effects, signals and secrets."""

from ivr.engine.call import Call, is_urgent
from ivr.engine.effects import World, read, touch, write
from ivr.engine.errors import Unavailable
from ivr.engine.prompts import Ask, Confirm, Menu, Record
from ivr.engine.secrets import Sealed, Secret, mask
from ivr.engine.signals import Back, Main, ToAgent

__all__ = [
    "Ask",
    "Back",
    "Call",
    "Confirm",
    "Main",
    "Menu",
    "Record",
    "Sealed",
    "Secret",
    "ToAgent",
    "Unavailable",
    "World",
    "is_urgent",
    "mask",
    "read",
    "touch",
    "write",
]
