"""What an agent hears on their own leg, in the caller's language: the announcement, and after key 1 the whisper.

The announcement is played to whoever answers, so it holds nothing personal: a voice mailbox would record it. The
whisper sums the call up in at most twelve seconds; then the two legs are joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.speaking import Speaker, SpokenText
from ivr.engine.utterances import Utterance
from ivr.handover.recorded_effects import AMOUNTS, LOOK_UPS, OPENED
from ivr.handover.summary import is_frozen, summarise
from ivr.handover.summary_text import found_by
from ivr.wallet import directory

JOINED = {"zh": ("，", "。"), "en": (", ", ".")}
"""The parts are joined to one sentence: pauses between sentences would take seconds."""
LARGE = 100_000_00
"""Fen: from a hundred thousand yuan on, an amount is said without its fen."""
LIFT = "security.frozen"
"""The option to have a freeze lifted. A caller under a fraudster's orders may have been told to choose it."""
TOPICS = ("security", "top-up", "transactions", "promotions", "information")


def announcement(conn: sa.Connection, sid: str, wallet: str, speaker: Speaker) -> list[SpokenText]:
    """What whoever answers may hear: the name of the line that has a call for them, and key 1 to accept."""
    rows = journal.rows(conn, sid)
    name = dict(directory.by_id(conn, wallet).name)
    said = [Utterance("offer-from", {"name": name}), Utterance("offer-from.accept", key="1")]
    return speaker.speak(said, rows[-1].language if rows else "zh", date.min)


def whisper(conn: sa.Connection, sid: str, speaker: Speaker, *lead: Utterance) -> list[SpokenText]:
    """The call so far in the shortest form: proof, matter, finding, case. Nothing if nothing is known of the call."""
    rows = journal.rows(conn, sid)
    told = (*lead, *(lines(summarise(rows)) if rows else ()))
    if not told:
        return []
    language = rows[-1].language if rows else "zh"
    parts = speaker.speak(told, language, rows[-1].at.date() if rows else date.min)
    comma, stop = JOINED[language]
    return [SpokenText(comma.join(part.text for part in parts) + stop, language)]


def lines(summary: dict[str, Any]) -> list[Utterance]:
    """A summary → what is whispered."""
    return [Utterance(f"whisper-{_proof(summary)}"), *_matter(summary)]


def _proof(summary: dict[str, Any]) -> str:
    """How the caller was verified: in full, enough for a freeze only, or not at all."""
    return summary["verified_by"] or ("weakly" if summary["level"] == "L1" else "unverified")


def _matter(summary: dict[str, Any]) -> Iterator[Utterance]:
    """The matter, then the safety of the account. With both, reason and case are left to the screen."""
    looked_for, safety = _looked_for(summary), list(_safety(summary))
    if looked_for:
        kind, amount, reason = looked_for
        yield Utterance(f"whisper-{kind}", {"amount": _short(amount)})
        if reason and not safety:
            yield Utterance(f"whisper-reason.{reason}")
    else:
        topics = [step for step in summary["path"] if step in TOPICS]
        yield Utterance(f"whisper-topic.{topics[-1]}" if topics else "whisper-general")
    yield from safety
    if (case := _case(summary)) and not (looked_for and safety):
        yield _case_line(summary, case["reference"])


def _safety(summary: dict[str, Any]) -> Iterator[Utterance]:
    if is_frozen(summary):
        yield Utterance("whisper-frozen")
    if summary["told"].get("directed"):
        yield Utterance("whisper-directed")
    elif LIFT in summary["chosen"]:
        yield Utterance("whisper-lift")


def _case_line(summary: dict[str, Any], reference: str) -> Utterance:
    """The end of its reference; or, if it has a voice note of known length, the note: there is no time for both."""
    seconds = [one["seconds"] for one in summary["notes"] if one["reference"] == reference and one["seconds"]]
    return (
        Utterance("whisper-note", {"seconds": seconds[-1]})
        if seconds
        else Utterance("whisper-case", {"tail": reference[-4:]})
    )


def _short(fen: int) -> int:
    """An amount that is short enough to say: from a hundred thousand yuan on, the fen are left to the screen."""
    return fen if fen < LARGE else fen // 100 * 100


def _case(summary: dict[str, Any]) -> dict[str, Any] | None:
    """The case of this matter, which was opened after the last look-up. Earlier cases are left to the screen."""
    for finding in reversed(summary["findings"]):
        if finding["effect"] in (*OPENED, *LOOK_UPS):
            return finding["result"] if finding["effect"] in OPENED else None
    return None


def _looked_for(summary: dict[str, Any]) -> tuple[str, int, str] | None:
    """Kind, amount and reason of the record of the last look-up, or what was keyed for it without a reason."""
    last = next((one for one in reversed(summary["findings"]) if one["effect"] in LOOK_UPS), None)
    if last is not None:
        ones = found_by(last, summary["record"])
        chosen = [one for one in ones if one["id"] == summary["record"] or len(ones) == 1]
        if len(chosen) == 1:
            return LOOK_UPS[last["effect"]], chosen[0]["amount"], chosen[0]["reason"]
    keyed = [one for one in summary["entries"] if one["prompt"] in AMOUNTS]
    return (AMOUNTS[keyed[-1]["prompt"]], keyed[-1]["value"], "") if keyed else None
