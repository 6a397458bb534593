"""Summary of a call for the agent: built from the journal alone, deterministic, in both languages, masked.

It holds everything that the caller chose or keyed, but no secrets: the journal never had them.
"""

from __future__ import annotations

from typing import Any

from ivr.engine.journal import Row
from ivr.handover import recorded_effects
from ivr.handover.recorded_effects import FREEZES, OPENED
from ivr.handover.summary_text import summary_lines

TOLD_FACTS = (
    "unfamiliar",
    "can_log_in",
    "directed",
    "money_sent",
    "not_mine",
    "has_phone",
    "has_card",
    "knows_payee",
    "asked_seller",
    "day_passed",
    "charged",
)
"""Facts that a caller stated about a security matter or a dispute, some before any verification."""
Steps = list[list[Any]]


def summarise(rows: list[Row]) -> dict[str, Any]:
    """Rows of a call → the summary's fields; `written` holds the text for the agent's screen."""
    last = rows[-1]
    steps = [step for row in rows for step in (*(row.failed or {}).get("steps", []), *row.steps)]
    customer = last.facts.get("customer") or last.facts.get("owner") or {}
    summary = {
        "time": rows[0].at.isoformat(),
        "language": last.language,
        "wallet": last.facts.get("wallet"),
        "timezone": last.facts.get("timezone"),
        "caller": last.facts.get("caller_tail"),
        "level": proof_level(last.facts),
        "verified_by": customer.get("how"),
        "customer": customer.get("id"),
        "verification": _verification(steps),
        "path": [step[3] for step in _answers(steps, "value") if isinstance(step[3], str)],
        "chosen": [f"{step[1]}.{step[3]}" for step in _answers(steps, "value") if isinstance(step[3], str)],
        "entered": {step[1]: step[3] for step in _answers(steps, "value")},
        "told": {name: last.facts[name] for name in TOLD_FACTS if name in last.facts},
        "entries": _entries(_answers(steps, "value")),
        "keyed_secretly": sorted({step[1] for step in _answers(steps, "secret", "sealed")}),
        "findings": [{"effect": step[1], "result": step[3]} for step in _effect_steps(steps, "ok")],
        "record": last.facts.get("record"),
        "unavailable": [step[1] for step in _effect_steps(steps, "err")],
        "promises": _promises(steps),
        "notes": _notes(rows),
        "reason": last.facts.get("reason"),
        "priority": last.facts.get("priority", "normal"),
        "faults": [row.failed["type"] for row in rows if row.failed],
    }
    return summary | {"written": summary_lines(summary, is_frozen(summary))}


def is_frozen(summary: dict[str, Any]) -> bool:
    """Whether the caller's account is frozen, in this call or before it; not by a status read after a wrong proof."""
    frozen, status = False, ""
    for effect, result in ((one["effect"], one["result"]) for one in summary["findings"]):
        if effect in (recorded_effects.STANDING, recorded_effects.REVIEW):
            status = result["status"]
        elif effect == recorded_effects.WEIGH and result["owner"] is None:
            status = ""
        frozen = frozen or (effect in FREEZES and bool(result))
    return frozen or (status == "frozen" and summary["customer"] is not None)


def proof_level(facts: dict[str, Any]) -> str:
    """The level of proof, L0 to L3. Proof that is enough for a freeze only is L1."""
    proved = facts.get("customer") or facts.get("owner")
    return f"L{proved['level']}" if proved else "L0"


def _answers(steps: Steps, *kinds: str) -> Steps:
    return [step for step in steps if step[0] == "answer" and step[2] in kinds]


def _effect_steps(steps: Steps, outcome: str, effect: str = "") -> Steps:
    return [step for step in steps if step[0] == "did" and step[2] == outcome and effect in ("", step[1])]


def _entries(answers: Steps) -> list[dict[str, Any]]:
    """All answers in order, also of a second task, without those that the caller rejected at the read-back."""
    entries: list[dict[str, Any]] = []
    for _, prompt, _, value in answers:
        if entries and (prompt, value) == (f"{entries[-1]['prompt']}-right", "no"):
            entries.pop()
        else:
            entries.append({"prompt": prompt, "value": value})
    return entries


def _verification(steps: Steps) -> dict[str, int]:
    """The number of passed and failed verifications."""
    verdicts = [step[3] is not None for step in _effect_steps(steps, "ok", recorded_effects.JUDGE)]
    return {"passed": sum(verdicts), "failed": len(verdicts) - sum(verdicts)}


def _promises(steps: Steps) -> list[dict[str, Any]]:
    """What the line promised in this call, and the due dates."""
    cases = [step[3] for step in _effect_steps(steps, "ok", recorded_effects.OPEN_CASE)]
    slots = [step[3]["slot"] for step in _effect_steps(steps, "ok", recorded_effects.REQUEST_CALLBACK)]
    filed = [step[3] for step in _effect_steps(steps, "ok", recorded_effects.KEEP_DISPUTE)]
    promised = [
        {"what": what, "reference": one["reference"], "due": one["due"]}
        for what, found in (("case", cases), ("dispute", filed))
        for one in found
    ]
    return promised + [{"what": "callback", "reference": None, "due": slot} for slot in slots]


def _notes(rows: list[Row]) -> list[dict[str, Any]]:
    """Voice notes with id, seconds and reference, without those that the caller withdrew.

    A note whose turn failed was still recorded; it belongs to the latest promise.
    """
    notes: dict[str, dict[str, Any]] = {}
    promised = None
    for row in rows:
        failed = row.failed or {}
        steps = [*failed.get("steps", []), *row.steps]
        for step in _effect_steps(steps, "ok"):
            if step[1] in OPENED:
                promised = step[3]["reference"]
            elif step[1] == recorded_effects.KEEP_NOTE:
                notes[step[3]["id"]] = step[3]
            elif step[1] == recorded_effects.DROP_NOTE and notes:
                notes.popitem()
        said = failed.get("recorded")
        if said and any(step[3] == said["id"] for step in _answers(steps, "value")):
            notes.setdefault(said["id"], {"id": said["id"], "seconds": said["seconds"] or 0, "reference": promised})
    return list(notes.values())
