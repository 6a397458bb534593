"""Effects for public facts of a wallet: hours, limits, rules, methods and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ivr.engine.effects import World, read
from ivr.telephony.numbers import is_spelling
from ivr.wallet import business_days, directory

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")


@dataclass(frozen=True)
class Facts:
    """Arguments of the information messages.

    `provisional`: whether agents are at work depends on holidays that are not announced yet.
    """

    is_open: bool
    hours: list[dict[str, Any]]
    limits: dict[str, int]
    rules: dict[str, Any]
    methods: list[dict[str, Any]]
    channels: dict[str, Any]
    provisional: bool = False


@read
def wallet_facts(world: World, wallet: str) -> Facts:
    """Read hours, limits, rules, methods and channels of one wallet."""
    info = directory.by_id(world.conn, wallet)
    policy = info.policy
    week = (info.hours, world.now, info.timezone, info.calendar)
    refund, decision, compensation = policy["refund"], policy["dispute_decision"], policy["compensation_decision"]
    return Facts(
        is_open=business_days.is_open(*week),
        hours=grouped(info.hours),
        limits=dict(policy["top_up_limits"]),
        rules={
            "unit": decision["unit"],
            "window": policy["dispute_window_days"],
            "decision": decision["days"],
            "balance": refund["balance_minutes"],
            "card_low": refund["card_days"][0],
            "card_high": refund["card_days"][1],
            "refund_unit": refund["unit"],
            "compensation": compensation["days"],
            "compensation_unit": compensation["unit"],
        },
        methods=[
            {key: method[key] for key in ("name", "fee", "arrival", "single")} for method in policy["top_up_methods"]
        ],
        channels={key: info.channels[key] for key in ("website", "app", "social")},
        provisional=not business_days.is_open_certain(*week),
    )


@read
def is_official(world: World, wallet: str, number: str) -> bool:
    """Whether a keyed number is one of the wallet's own."""
    official = directory.by_id(world.conn, wallet).channels["official_numbers"]
    return any(is_spelling(number, one) for one in official)


def grouped(hours: Any) -> list[dict[str, Any]]:
    """Group neighbouring days with the same hours into one line: `mon-fri`."""
    runs: list[list[str]] = []
    for day in DAYS:
        same = runs and hours[runs[-1][0]] == hours[day] and day != "holiday"
        runs[-1].append(day) if same else runs.append([day])
    return [_line(run, hours[run[0]]) for run in runs]


def _line(run: list[str], span: str) -> dict[str, Any]:
    days = run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"
    if span in ("closed", "00:00-24:00"):
        return {"days": days, "how": "shut" if span == "closed" else "all-day"}
    opens, closes = span.split("-")
    return {"days": days, "how": "late" if closes == "24:00" else "of", "opens": opens, "closes": closes}
