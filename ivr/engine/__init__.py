"""The vocabulary of call flows. A flow imports from here, and from nothing below it."""

from ivr.engine.call import Call, Sealed
from ivr.engine.effects import Unavailable, World, read, touch, write
from ivr.engine.prompts import Ask, Confirm, Menu, Record
from ivr.engine.secrets import Secret, mask
from ivr.engine.signals import Back, Main, ToAgent

__all__ = [
    "Ask", "Back", "Call", "Confirm", "Main", "Menu", "Record", "Sealed", "Secret", "ToAgent", "Unavailable", "World",
    "mask", "read", "touch", "write",
]  # fmt: skip
