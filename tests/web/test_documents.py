"""Every document of a long crawl, in both languages: what Twilio needs to play it, to lose nothing and to go on."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

import pytest

from ivr.simulator.twiml.validation import LARGEST_DOCUMENT, check
from ivr.simulator.webhooks.delivery import ConnectionOverrides
from tests.call_flows.line import DANA, LIN, Caller, Line

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # words do not depend on it
CALLS, DEEDS = 30, 25
ENTRIES = ["300#", "68*50#", "1120", "2015#", "#", "13800138000#", "123456", "21403*", "000000000", "0#", "*8#", "*9#"]
KEYS = "1234506789*#"
VOICES = {"cmn-CN": "Polly.Zhiyu", "en-US": "Polly.Joanna"}


def wander(line: Line, seed: int) -> list[tuple[str, str]]:
    """One call of chance deeds; its documents, each with the address that gave it."""
    chance = random.Random(seed)
    agents = chance.choice(["accept", "decline", "no-answer", "busy"])
    caller = Caller(line, chance.choice(["zh", "en"]), repeat=False, agents=agents)
    caller.calls(from_=f"+861390000{seed:04}")
    if seed % 3 == 0:
        caller.picks("充值与支付", "top-up and payment").picks("充值限额", "limit").proves(chance.choice([LIN, DANA]))
    for _ in range(DEEDS):
        if caller.over:
            break
        step(caller, chance)
    caller.hangs_up()
    return [(url, answer.body.decode()) for url, _form, answer in caller.webhooks.log]


def step(caller: Caller, chance: random.Random) -> None:
    """Mostly an option that was heard or an entry; at times any key, or silence."""
    offered = [option.key for option in caller.options if option.key != "0" or chance.random() < 0.2]
    deed = chance.random()
    if deed < 0.1:
        caller.waits()
    elif offered and deed < 0.8:
        caller.presses(chance.choice(offered))
    elif offered or deed < 0.3:
        caller.presses(chance.choice(KEYS))
    else:
        caller.enters(chance.choice(ENTRIES))


@pytest.fixture
def documents(line: Line) -> list[tuple[str, str]]:
    """A crawl, the same each time."""
    line.put("agents", {"available": 2})
    return [document for seed in range(CALLS) for document in wander(line, seed)]


def test_every_document_of_a_crawl_is_fit_for_the_telephone(documents):
    """Valid, small, addressed with overrides, spoken by a known voice, and never at a dead end."""
    for url, document in documents:
        where = "whisper" if "/whisper/" in url else "call"
        assert check(document, where) == [], document
        assert len(document.encode()) < LARGEST_DOCUMENT / 4
        root = ET.fromstring(document.encode())
        for verdict in (*addresses(root), *words(root), *waits(root), *endings(root, url)):
            assert not verdict, f"{verdict} in {document}"


def test_the_crawl_comes_far(documents):
    """So that the test above says something: most prompts, both languages, agents and callbacks."""
    kinds = {element.tag for _url, document in documents for element in ET.fromstring(document.encode()).iter()}
    assert kinds >= {"Say", "Gather", "Redirect", "Hangup", "Dial", "Number", "prosody", "break"}
    assert len({spoken(document) for _url, document in documents}) > 150
    assert any("/whisper/" in url and "/answer#" in url for url, _document in documents)


def addresses(root: ET.Element) -> Iterator[str]:
    """Each is absolute and ours, and says how patient Twilio is to be: longer than a turn, three tries in 15 s."""
    for address in (*attributes(root, "action", "url"), *((e.text or "") for e in root.iter("Redirect"))):
        patience = ConnectionOverrides.of(address)
        yield "" if address.startswith("http://127.0.0.1:5000/voice/calls/CA") else f"a strange address {address}"
        yield "" if patience.policy >= {"ct", "rt", "5xx"} and patience.retries >= 1 else f"no retry for {address}"
        yield "" if 8 < patience.read < patience.total <= 15 else f"less patient than a turn takes: {address}"
    yield (
        "GET"
        if any(e.get("method") != "POST" for e in root.iter() if e.tag in ("Gather", "Redirect", "Number"))
        else ""
    )


def words(root: ET.Element) -> Iterator[str]:
    """Voice and language on each `<Say>`; 500 Chinese characters at most; each in the voice of its language."""
    for say in root.iter("Say"):
        text = "".join(say.itertext())
        chinese = len(re.findall("[\u3400-\u9fff]", text))
        yield "" if VOICES[say.get("language", "")] == say.get("voice") else f"voice {say.attrib}"
        yield "" if chinese <= 500 else f"{chinese} characters"
        yield "" if (chinese > 0) == (say.get("language") == "cmn-CN") else f"wrong voice for {text}"
        yield f"a number or a sign in {text}" if chinese and re.search(r"[\d¥$%#*{}]|nan|None", text) else ""
        yield f"a placeholder in {text}" if re.search(r"[{}$\[\]_]|None|\bnan\b", text) else ""


def waits(root: ET.Element) -> Iterator[str]:
    """Silence after a `<Gather>` has an address of its own (or lets an agent go); one key is taken raw."""
    for verb, following in pairwise([*root, ET.Element("End")]):
        if verb.tag != "Gather":
            continue
        silent = following.tag == "Redirect" and "?quiet=1#" in (following.text or "")
        yield "" if silent or following.tag == "Hangup" else "silence falls off the end"
        yield "" if silent or "/whisper/" in verb.get("action", "") else "a caller is hung up for silence"
        yield "" if verb.get("finishOnKey") == ("" if verb.get("numDigits") == "1" else "#") else "finishOnKey"
        yield "" if not silent or page(following.text or "") == page(verb.get("action", "")) else "two turns"


def endings(root: ET.Element, url: str) -> Iterator[str]:
    """The last verb leads on or hangs up. The summary's end joins an agent; nothing answers a notice or the end of a
    talk."""
    last = root[-1] if len(root) else None
    if last is None:
        yield "" if re.search(r"/voice/status$|/turns/\d+#", url) else "nothing at all"
    elif last.tag == "Say":
        yield "" if re.search(r"/whisper/\d+/answer#", url) else "a dead end"
    else:
        yield "" if last.tag in ("Redirect", "Hangup") or (last.tag == "Dial" and last.get("action")) else "a dead end"


def attributes(root: ET.Element, *names: str) -> list[str]:
    return [element.attrib[name] for element in root.iter() for name in names if name in element.attrib]


def page(address: str) -> str:
    return re.split(r"[?#]", address)[0]


def spoken(document: str) -> str:
    return "".join(ET.fromstring(document.encode()).itertext())
