"""Replies after a fault, which need no database: an apology in both languages, the same turn again, the fallback agent.

Their words are rendered when the app is made: a reply after a fault must not fail at the same fault.
"""

from __future__ import annotations

from datetime import date

from flask import Request

from ivr.config.settings import E164
from ivr.engine import twiml
from ivr.engine.runtime import Runtime
from ivr.engine.speaking import Speaker
from ivr.engine.utterances import Utterance


class StaticReplies:
    """The answer when a webhook fails, or when its call is not known any more."""

    def __init__(self, runtime: Runtime) -> None:
        self._settings, self._base_url = runtime.settings, runtime.base_url
        self._apology = _in_both_languages(runtime.speaker, "fault-apology")
        self._goodbye = _in_both_languages(runtime.speaker, "fault-goodbye")

    def reply(self, request: Request, retry: bool) -> str:
        """The apology, then once more the same turn (`retry`), else the fallback agent or the end."""
        bridged, of_a_talk = request.form.get("QueueResult") == "bridged", bool(request.args.get("talk"))
        if (bridged or of_a_talk) and retry and not request.args.get("again"):
            return twiml.document(twiml.redirect(f"{self._base_url}{request.path}?again=1"))  # they may be on hold
        if bridged or of_a_talk or request.form.get("DialBridged") == "true":
            return twiml.document(twiml.HANG_UP)  # they have spoken with somebody: no apology, and nobody is rung
        if "/whisper/" in request.path:
            return twiml.document(self._apology + twiml.HANG_UP)  # the agent's leg may not dial; the caller goes on
        if retry and not request.args.get("again"):
            return twiml.document(self._apology + twiml.redirect(f"{self._base_url}{request.path}?again=1"))
        fallback = self._ring_fallback(request.form.get("To", ""))
        return twiml.document(self._apology + fallback + twiml.HANG_UP)

    def _ring_fallback(self, dialled: str) -> str:
        """Ring the fallback agent from the number that was dialled, since no wallet is known here.

        The goodbye after it is for callers whom nobody answered; who spoke with the agent hears it, too.
        """
        if not self._settings.fallback_agent:
            return ""
        ours = self._settings.caller_id.get("") or (dialled if E164.fullmatch(dialled) else "")
        return twiml.dial(self._settings.fallback_agent, self._settings.ring_seconds, ours) + self._goodbye


def _in_both_languages(speaker: Speaker, message: str) -> str:
    lines = [Utterance(message, language="zh"), Utterance(message, language="en")]
    return twiml.says(speaker.speak(lines, "zh", date.min))
