"""Validation of TwiML: `check` names everything that is wrong with a document.

It is stricter than Twilio where Twilio fails silently: Twilio skips a `<Say>` that is too long with a warning, and
reads a digit inside Chinese text in whatever way the voice prefers.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from urllib.parse import quote

from ivr.simulator.twiml.schema import CONTEXTS, RULES, is_address, overrides_fault

_FORBIDDEN = {("whisper", "Dial"): 13201}
LARGEST_DOCUMENT = 64 * 1024
LONGEST_CHINESE = 500
LONGEST_ENCODED = 4500


def check(xml: str | bytes, context: str = "call") -> list[str]:
    """Everything that is wrong with a document, as sentences; empty when Twilio would play it."""
    data = xml.encode() if isinstance(xml, str) else xml
    if len(data) > LARGEST_DOCUMENT:
        return [f"11750: the document has {len(data)} bytes, more than 64 kB"]
    if not data.strip():
        return ["11770: the document is empty"]
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return ["12100: a document type is declared"]
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        return [f"12100: not well-formed XML: {error}"]
    if root.tag != "Response" or root.attrib:
        return ["12102: the root must be a plain <Response>"]
    return [*_order(root), *_verbs(root, CONTEXTS[context], context)]


def _order(root: ET.Element) -> Iterator[str]:
    ended = ""
    for position, verb in enumerate(root):
        if ended == "<Record>" and verb.tag == "Redirect":
            ended = ""  # reached after a recording without speech
        if ended:
            yield f"<{verb.tag}> after {ended} is never reached"
        if verb.tag == "Reject" and position:
            yield "<Reject> must be the first verb: the call is answered already"
        if verb.tag in ("Redirect", "Hangup", "Reject", "Leave") or (
            verb.tag in ("Dial", "Record") and "action" in verb.attrib
        ):
            ended = f"<{verb.tag}>"


def _verbs(parent: ET.Element, allowed: set[str] | frozenset[str], where: str) -> Iterator[str]:
    if parent.tag == "Response" and (parent.text or "").strip():
        yield "12200: words stand outside of every verb"
    for element in parent:
        if element.tag not in allowed:
            yield f"{_FORBIDDEN.get((where, element.tag), 12200)}: <{element.tag}> is not allowed in {where}"
        elif element.tag in RULES:
            yield from _element(element)
        if element.tail and element.tail.strip() and not (parent.tag in RULES and RULES[parent.tag].text):
            yield f"12200: words stand after <{element.tag}>"


def _element(element: ET.Element) -> Iterator[str]:
    rule, name = RULES[element.tag], f"<{element.tag}>"
    for attribute, value in element.attrib.items():
        if attribute not in rule.attributes:
            yield f"12200: {name} has no attribute {attribute}"
        elif not rule.attributes[attribute](value):
            yield f"12200: {name} {attribute}={value!r}" + (
                f" ({overrides_fault(value)})" if "#" in value and overrides_fault(value) else ""
            )
    yield from (f"{name} needs {needed}" for needed in rule.needs if needed not in element.attrib)
    if (element.text or "").strip() and not rule.text:
        yield f"12200: {name} may not hold words"
    yield from _verbs(element, rule.children, name)
    if element.tag in _SPECIAL:
        yield from _SPECIAL[element.tag](element)


def _say(say: ET.Element) -> Iterator[str]:
    text = "".join(say.itertext())
    if not text.strip():
        yield "13520: <Say> says nothing"
    if is_too_long(text):
        yield f"13521: <Say> is too long ({len(text)} characters, {len(quote(text))} URL-encoded)"
    if is_chinese(say.get("language", "")):
        if found := sorted({char for char in _own_text(say) if _unspeakable(char)}):
            yield f"<Say> in Chinese holds {' '.join(found)}, write words: {text[:60]!r}"
        if re.fullmatch(r"man|woman|(Polly|Google\.en).*", say.get("voice", "")) and not re.match(
            r"Polly\.(Zhiyu|Hiujin)", say.get("voice", "")
        ):
            yield f"13520: voice {say.get('voice')} does not speak {say.get('language')}"


def is_too_long(text: str) -> bool:
    """Whether Twilio would skip this `<Say>` as too long."""
    return sum("\u3400" <= char <= "\u9fff" for char in text) > LONGEST_CHINESE or len(quote(text)) > LONGEST_ENCODED


def is_chinese(language: str) -> bool:
    """Whether a language tag is one of Twilio's tags for Chinese."""
    return language.split("-")[0] in ("cmn", "zh", "yue")


def _own_text(element: ET.Element) -> str:
    inner = "".join(("" if child.tag == "lang" else _own_text(child)) + (child.tail or "") for child in element)
    return (element.text or "") + inner


def _unspeakable(char: str) -> bool:
    return unicodedata.category(char) in ("Nd", "No", "Sm", "Sc", "Sk", "So") or char in "#*%@&/\\_＃＊％＠＆"


def _gather(gather: ET.Element) -> Iterator[str]:
    yield from ("<Play> with digits inside <Gather>" for play in gather.iter("Play") if "digits" in play.attrib)


def _dial(dial: ET.Element) -> Iterator[str]:
    if not len(dial) and not (dial.text or "").strip():
        yield "13223: <Dial> dials nobody"
    if len(dial.findall("Number")) > 10:
        yield "13225: <Dial> holds more than ten numbers"


def _number(number: ET.Element) -> Iterator[str]:
    if not re.fullmatch(r"\+?[0-9]{3,15}", (number.text or "").strip()):
        yield f"13223: <Number> {number.text!r} is no telephone number"


def _redirect(redirect: ET.Element) -> Iterator[str]:
    if not is_address((redirect.text or "").strip()):
        yield f"11100: <Redirect> {redirect.text!r} is no address"


_SPECIAL: dict[str, Callable[[ET.Element], Iterator[str]]] = {
    "Say": _say,
    "Gather": _gather,
    "Dial": _dial,
    "Number": _number,
    "Redirect": _redirect,
}
