"""The lab's agents: made-up numbers, as many as the scene has on duty."""

from __future__ import annotations

from ivr.config.settings import Settings
from ivr.lab.scene import Scene


def numbers(scene: Scene, settings: Settings) -> tuple[str, ...]:
    """The numbers of the agents on duty; AGENT_NUMBERS takes precedence over made-up ones."""
    known = settings.agent_numbers or tuple(f"+86199000090{place:02d}" for place in range(1, 100))
    return known[: scene.agents_available]
