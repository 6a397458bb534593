"""Rules for single messages (length of sentences, seconds, words) and for the messages after repeated failures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.checks.prompt_lint.finding import Finding
from ivr.checks.prompt_lint.forbidden_words import FOR_AGENTS, forbidden
from ivr.checks.prompt_lint.spoken_catalogue import SpokenCatalogue
from ivr.checks.speech_timeline import seconds
from ivr.speech import LANGUAGES

LONGEST_SENTENCE = {"zh": 25, "en": 20}
"""Characters, and words."""
LONGEST_MESSAGE = 25.0
RATIO = (0.65, 1.5)
"""Seconds of Mandarin to seconds of English."""
COMPARED_FROM = 2.0
"""Below that one syllable more is a third more, and nobody hears it."""
FAILURES = (
    ("wrong-menu-1", "wrong-menu-2", "gave-up"),
    ("wrong-entry-1", "wrong-entry-2", "gave-up"),
    ("take-your-time", "still-silent", "gave-up"),
)
"""What is said after the first, the second and the last failure of a kind."""
PERSON = {"zh": re.compile("请?按零"), "en": re.compile("press zero")}


def faults_of_message(catalogue: SpokenCatalogue, message: str) -> Iterator[Finding]:
    """Every broken rule of one message, in each language and between them."""
    spoken = {language: catalogue.texts(message, language) for language in LANGUAGES}
    for language, text in ((language, text) for language, texts in spoken.items() for text in texts):
        for rule, seen in (*_too_long(text, language), *forbidden(message, text, language)):
            yield Finding(message, language, rule, seen)
    if "." not in message and not FOR_AGENTS.match(message):
        longest = {
            language: max(seconds(text, language == "zh") for text in texts) for language, texts in spoken.items()
        }
        yield from ratio(message, longest)


def ratio(prompt: str, took: dict[str, float]) -> Iterator[Finding]:
    """Both languages take about as long."""
    if max(took.values()) >= COMPARED_FROM and not RATIO[0] <= took["zh"] / (took["en"] or 0.01) <= RATIO[1]:
        yield Finding(prompt, "", "ratio", f"zh {took['zh']:.1f} s, en {took['en']:.1f} s")


def faults_of_failures(catalogue: SpokenCatalogue) -> Iterator[Finding]:
    """Each failure is answered in other words, and before the last one a person has been offered."""
    for series in FAILURES:
        for language in LANGUAGES:
            said = [sentence for message in series for sentence in sentences(_whole(catalogue, message, language))]
            twice = {sentence for sentence in said if said.count(sentence) > 1}
            yield from (Finding(series[0], language, "same words", f"{one!r} twice") for one in sorted(twice))
            if not any(PERSON[language].search(_whole(catalogue, message, language)) for message in series[:2]):
                yield Finding(series[1], language, "no person", "zero is not named before the last failure")


def _whole(catalogue: SpokenCatalogue, message: str, language: str) -> str:
    """All that a message may say."""
    return " ".join(catalogue.texts(message, language))


def sentences(text: str) -> list[str]:
    """The sentences of a text, without their stops."""
    return [sentence.strip() for sentence in re.split(r"[。？！.?!]", text) if sentence.strip()]


def _too_long(text: str, language: str) -> Iterator[tuple[str, str]]:
    for sentence in sentences(text):
        size = len(re.findall(r"\w" if language == "zh" else r"[\w'’-]+", sentence))
        if size > LONGEST_SENTENCE[language]:
            yield "sentence", f"{size}: {sentence}"
    took = seconds(text, language == "zh")
    if took > LONGEST_MESSAGE:
        yield "message", f"{took:.1f} s without a way to answer"
