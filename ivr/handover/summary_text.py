"""Text of the summary for the agent's screen: six short lines (seven with a voice note) per language, with digits.

Chosen options have the labels that the caller heard, so that both use the same words, without the words that make a
sentence of them: "For failed top-ups" becomes "failed top-ups". Amounts are in yuan, times in the wallet's time zone.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.handover.agent_words import agent_words
from ivr.handover.reasons import reason_text
from ivr.handover.recorded_effects import FREEZES, GLANCE, LOOK_UPS, OFFERED, RECORDS, REVIEW
from ivr.speech.catalogue import RenderError, words

_WORDS = agent_words()
LABELS, ENTRIES, ANSWERS = _WORDS["labels"], _WORDS["entries"], _WORDS["answers"]
LEAD = re.compile(r"(?:For|To|If)(?: you are)? ")
"""The words before the name of an option, in prompts where its key follows."""
Summary = dict[str, Any]


def summary_lines(summary: dict[str, Any], is_frozen: bool) -> dict[str, list[str]]:
    """A summary's fields, and whether the caller's account is frozen → lines in both languages."""
    return {lang: _lines(summary, lang, LABELS[lang], is_frozen) for lang in LABELS}


def _lines(summary: dict[str, Any], lang: str, say: dict[str, str], is_frozen: bool) -> list[str]:
    parts = {
        "who": _who(summary, say),
        "chosen": " › ".join(filter(None, (_short(one, lang) for one in summary["chosen"]))),
        "entered": "; ".join(filter(None, (_entry(one["prompt"], one["value"], lang) for one in summary["entries"]))),
        "said": "; ".join(
            (f"{one['seconds']} {say['seconds']} " if one["seconds"] else "") + f"({one['id']})"
            for one in summary["notes"]
        ),
        "found": "; ".join([*_found(summary, lang, say), *_charged(summary, say), *_security(summary, say, is_frozen)]),
        "promised": "; ".join(
            " ".join(filter(None, (say[one["what"]], one["reference"], _time(one["due"], summary))))
            for one in summary["promises"]
        ),
        "why": reason_text(summary["reason"], lang, _label),
    }
    return [f"{say[name]}: {text or say['none']}" for name, text in parts.items() if text or name != "said"]


def _who(summary: dict[str, Any], say: dict[str, str]) -> str:
    proof = f"{say['verified']} ({say[summary['verified_by']]})" if summary["verified_by"] else say["not-verified"]
    tries = summary["verification"]
    counts = (
        f"{say['tries']} {tries['passed']} {say['passed']}, {tries['failed']} {say['failed']}"
        if any(tries.values())
        else ""
    )
    caller = f"{say['caller']} {summary['caller']}" if summary["caller"] else ""
    return ", ".join(filter(None, (summary["customer"], proof, summary["level"], counts, caller)))


def _label(option: str, lang: str) -> str:
    try:
        return words().render(lang, option, {}, today=date.min).strip("。.")
    except RenderError:
        return ""


def _short(option: str, lang: str) -> str:
    """The name of an option, without the other words of its spoken prompt."""
    return re.split("[,，]", LEAD.sub("", _label(option, lang), count=1))[0]


def _time(at: str | None, summary: Summary) -> str:
    """A moment in the wallet's time zone, to the minute; a date stays as it is."""
    if not at or "T" not in at:
        return at or ""
    moment, zone = datetime.fromisoformat(at), summary["timezone"]
    return f"{moment.astimezone(ZoneInfo(zone)) if zone else moment:%Y-%m-%d %H:%M}"


def _money(fen: int, say: dict[str, str]) -> str:
    return f"{fen / 100:.2f} {say['yuan']}"


def _record(one: Summary, summary: Summary, say: dict[str, str], *more: str | None) -> str:
    """Time, amount, further words, and the wallet's id of a record."""
    told = (_time(one["at"], summary), _money(one["amount"], say), *more)
    return f"{say['and'].join(filter(None, told))} ({say['record']} {one['id']})"


def _entry(name: str, value: Any, lang: str) -> str:
    label = ENTRIES[lang].get(name)
    if label is None:
        return ""
    if name.endswith("-amount"):
        value = _money(value, LABELS[lang])
    elif value in ANSWERS[lang]:
        value = ANSWERS[lang][value]
    return f"{label} {value}" if value != "" else ""


def _found(summary: Summary, lang: str, say: dict[str, str]) -> list[str]:
    """Top-ups and payments that were found, with their raw code (agents only), and the transaction that was heard."""
    looked_up = [finding for finding in summary["findings"] if finding["effect"] in LOOK_UPS]
    met = {one["id"]: one for finding in looked_up for one in found_by(finding, summary["record"])}
    found = [
        _record(one, summary, say, _label("whisper-reason." + one["reason"], lang), one["code"]) for one in met.values()
    ]
    return found + _heard(summary, lang, say)


def found_by(finding: Summary, told: str | None) -> list[Summary]:
    """The records that matched; of those that the line offered by itself, only the one that the caller meant."""
    look = finding["result"]
    matches, others = look["matches"], [*look.get("near", []), *look.get("unsettled", [])]
    if finding["effect"] in OFFERED:
        matches, others = [], matches
    return [*matches, *(one for one in others if one["id"] == told)]


def _charged(summary: Summary, say: dict[str, str]) -> list[str]:
    return [say["charged"]] if summary["told"].get("charged") else []


def _heard(summary: Summary, lang: str, say: dict[str, str]) -> list[str]:
    """The transaction that the caller heard last or reports, with its status unless it succeeded."""
    results = [finding["result"] for finding in summary["findings"] if finding["effect"] in RECORDS]
    records = [one for result in results for one in (result["records"] if isinstance(result, dict) else result)]
    records += [
        one for finding in summary["findings"] if finding["effect"] == GLANCE for one in finding["result"]["latest"]
    ]
    one = next((one for one in records if one["id"] == summary["record"]), None)
    if one is None:
        return []
    said = "" if one["status"] == "succeeded" else _label("record-" + one["status"], lang)
    return [_record(one, summary, say, (one["payee"] or {}).get(lang), said)]


def _security(summary: dict[str, Any], say: dict[str, str], is_frozen: bool) -> list[str]:
    """The result of a freeze or an earlier freeze, and the transactions that the caller does not recognise."""
    results = [(finding["effect"], finding["result"]) for finding in summary["findings"]]
    frozen = any((effect, True) in results for effect in FREEZES)
    unknown = not frozen and not set(FREEZES).isdisjoint(summary["unavailable"])
    known = {one["id"]: one for effect, result in results if effect == REVIEW for one in result["recent"]}
    strange = [known[name] for name in summary["told"].get("not_mine", []) if name in known]
    return [
        *([say["frozen"]] if frozen else [say["frozen-before"]] if is_frozen else []),
        *([say["freeze-unknown"]] if unknown else []),
        *(_record(one, summary, say, say["not-mine"]) for one in strange),
    ]
