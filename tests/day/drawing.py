"""The picture of a day: callers who wait, what the agents do, and the service level of each half hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from tests.day.audit import level_seconds, service_level
from tests.day.people import HOUR, OPENING
from tests.day.playing import Day, Sample

WIDE, LEFT, RIGHT, TOP = 960, 56, 24, 88
PANEL, GAP = 150, 46
HALF_AN_HOUR = HOUR / 2
STATES = {
    "talking": "#2f6f4f",
    "ringing": "#7fb069",
    "wrap-up": "#c9a227",
    "idle": "#c7d3dd",
    "break": "#e3e8ee",
    "missed": "#b3541e",
}
"""The colours of an agent's activities, in the order in which they are stacked; who is offline is not drawn."""
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2733}.title{font-size:18px;font-weight:650}"
    ".note{fill:#55636f;font-size:12px}.grid{stroke:#d8dfe6;stroke-width:1}"
)


def drawn(title: str, note: str, day: Day) -> str:
    """The SVG document."""
    samples = day.samples
    end = max(one.at for one in samples)
    high = TOP + 3 * PANEL + 3 * GAP

    def x(at: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * at / end

    tops = [TOP + n * (PANEL + GAP) for n in range(3)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDE}" height="{high}" rx="10" fill="#f6f8fa"/>',
        f'<text class="title" x="{LEFT}" y="32">{escape(title)}</text>',
        f'<text class="note" x="{LEFT}" y="52">{escape(note)}</text>',
        *_hours(x, end, tops[0], tops[2] + PANEL),
        *_waiting(x, tops[0], samples),
        *_agents(x, tops[1], samples),
        *_levels(x, tops[2], end, day),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _hours(x: Callable[[float], float], end: float, top: float, bottom: float) -> list[str]:
    found = []
    for hour in range(int(end / HOUR) + 1):
        at = x(hour * HOUR)
        found.append(f'<line class="grid" x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{bottom}"/>')
        found.append(
            f'<text class="note" x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{int(OPENING) + hour}:00</text>'
        )
    return found


def _waiting(x: Callable[[float], float], top: float, samples: Sequence[Sample]) -> list[str]:
    """How many wait, as an area, and how long the first of them has waited, as a line."""
    most, longest = max(*(one.waiting for one in samples), 1), max(*(one.longest for one in samples), 60.0)
    bottom = top + PANEL
    area = " ".join(f"{x(one.at):.1f},{bottom - PANEL * one.waiting / most:.1f}" for one in samples)
    line = " ".join(f"{x(one.at):.1f},{bottom - PANEL * one.longest / longest:.1f}" for one in samples)
    return [
        _label(
            top, f"Callers who wait (area, at most {most}) and the longest wait (line, at most {longest / 60:.1f} min)"
        ),
        f'<polygon points="{x(samples[0].at):.1f},{bottom} {area} {x(samples[-1].at):.1f},{bottom}" fill="#8fb3d9"/>',
        f'<polyline points="{line}" fill="none" stroke="#b3261e" stroke-width="1.5"/>',
        _floor(bottom),
    ]


def _agents(x: Callable[[float], float], top: float, samples: Sequence[Sample]) -> list[str]:
    """What the agents do, stacked."""
    most = max(*(sum(one.activities[state] for state in STATES) for one in samples), 1)
    bottom, below = top + PANEL, [0] * len(samples)
    found = []
    for state, colour in STATES.items():
        above = [under + one.activities[state] for under, one in zip(below, samples, strict=True)]
        upper = [f"{x(one.at):.1f},{bottom - PANEL * n / most:.1f}" for one, n in zip(samples, above, strict=True)]
        lower = [f"{x(one.at):.1f},{bottom - PANEL * n / most:.1f}" for one, n in zip(samples, below, strict=True)]
        found.append(f'<polygon points="{" ".join([*upper, *reversed(lower)])}" fill="{colour}"/>')
        below = above
    at = LEFT + 150
    for state, colour in STATES.items():
        found.append(f'<rect x="{at}" y="{top - 18}" width="11" height="11" rx="2" fill="{colour}"/>')
        found.append(f'<text class="note" x="{at + 16}" y="{top - 8}">{state}</text>')
        at += 30 + 8 * len(state)
    return [_label(top, f"Agents ({most})"), *found, _floor(bottom)]


def _levels(x: Callable[[float], float], top: float, end: float, day: Day) -> list[str]:
    """The service level of each half hour."""
    found, bottom = [], top + PANEL
    for n in range(int(end / HALF_AN_HOUR) + 1):
        begin = n * HALF_AN_HOUR
        level = service_level(day, begin, begin + HALF_AN_HOUR)
        if level is None:
            continue
        tall, left, wide = PANEL * level / 100, x(begin) + 2, x(begin + HALF_AN_HOUR) - x(begin) - 4
        found.append(
            f'<rect x="{left:.1f}" y="{bottom - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="#2f6f4f" '
            'rx="2"/>'
            f'<text class="note" x="{left + wide / 2:.1f}" y="{min(bottom - tall + 15, bottom - 5):.1f}" '
            f'text-anchor="middle" style="fill:{"#fff" if tall > 24 else "#1c2733"}">{level}%</text>'
        )
    return [
        _label(top, f"Service level of each half hour: answered within {level_seconds(day)} s"),
        *found,
        _floor(bottom),
    ]


def _label(top: float, text: str) -> str:
    return f'<text x="{LEFT}" y="{top - 8}">{escape(text)}</text>'


def _floor(bottom: float) -> str:
    return f'<line x1="{LEFT}" y1="{bottom}" x2="{WIDE - RIGHT}" y2="{bottom}" stroke="#55636f"/>'
