"""Routes of the browser phone: `/phone`, for people on this machine only.

The page sends requests to its own origin only; requests to the lab are passed on from here. A request that changes
anything must carry a header that pages of other sites cannot send.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request

from audio.voice import VoiceMissing
from ivr.config.settings import Settings
from ivr.lab.web import LARGEST_WORLD
from ivr.network.loopback import is_from_here
from ivr.simulator import speech_audio
from ivr.simulator.account.account import Account
from ivr.simulator.browser_phone.agent_seat import BY_HAND, MODES
from ivr.simulator.browser_phone.browser_calls import BrowserCalls
from ivr.simulator.browser_phone.lab_client import LabClient
from ivr.simulator.browser_phone.live_call import ACTIONS, LiveCall, Refused
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.calls.phone import ANONYMOUS
from ivr.web.hold_music import music_file

NUMBER = re.compile(r"\+[0-9]{3,15}")
KEYS = re.compile(r"[0-9*#]{1,40}")
PLAYED = re.compile(r"\[https?://\S+\]")
"""A line of the transcript that is music."""
MOST_WORDS = 300
QUICKLY = 3.0
"""Seconds that the answer to an action waits for its result, so that most answers already hold what was said."""
STATUS = {"unknown-call": 404, "too-many": 429, "over": 409, "other-window": 409, "no-choice": 409}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def phone_blueprint(
    settings: Settings, runner: CallRunner | None = None, clock: Callable[[], float] = time.monotonic
) -> Blueprint:
    """`/phone`. Its calls are those of the runner's account; the clock, in seconds, measures how long a call had no
    actions."""
    pages = Blueprint(
        "phone",
        __name__,
        url_prefix="/phone",
        template_folder="templates",
        static_folder="static/phone",
        static_url_path="/static",
    )
    lab_client = LabClient(settings)
    account = runner.account if runner else Account()
    browser_calls = BrowserCalls(settings, account, lab_client.agents_answer, clock)
    if runner:
        runner.elsewhere = browser_calls.running
    _guard(pages)
    _pages(pages, lab_client, browser_calls, f"{settings.desk_url}/desk/")
    _calls(pages, browser_calls, lab_client)
    _sounds(pages, browser_calls, music_file(settings))
    _lab(pages, lab_client)
    return pages


def _guard(pages: Blueprint) -> None:
    @pages.before_app_request  # before a 405 of the app could tell outsiders that there is a phone
    def only_from_here() -> None:
        if f"{request.path}/".startswith("/phone/"):
            if not is_from_here(request):
                abort(404)
            if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("X-Phone") != "1":
                abort(403)

    @pages.after_request
    def seal(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    @pages.errorhandler(Refused)
    def refuse(why: Refused) -> tuple[Response, int]:
        return jsonify(error=str(why)), STATUS.get(str(why), 400)


def _pages(pages: Blueprint, lab_client: LabClient, browser_calls: BrowserCalls, desk: str) -> None:
    @pages.get("/")
    def page() -> str:
        return render_template("phone/page.html", desk=desk)

    @pages.get("")
    def without_slash() -> Any:
        return redirect("/phone/")

    @pages.get("/api/setting")
    def setting() -> Response:
        calls = [{"sid": call.sid, "caller": call.caller, "line": call.line} for call in browser_calls.in_progress()]
        more = {
            "voice": speech_audio.has_voice(),
            "up": lab_client.is_up(),
            "server": lab_client.server,
            "calls": calls,
        }
        return jsonify(lab_client.setting() | more)

    @pages.get("/api/demo-calls")
    def demo_calls() -> Response:
        return jsonify(lab_client.demo_calls())


def _calls(pages: Blueprint, browser_calls: BrowserCalls, lab_client: LabClient) -> None:
    @pages.post("/api/calls")
    def place() -> tuple[Response, int]:
        asked = _object()
        line, caller, mode = asked.get("line"), asked.get("caller"), asked.get("agents", BY_HAND)
        call = browser_calls.place(_number(line), ANONYMOUS if caller == "" else _number(caller), _one_of(mode, MODES))
        return jsonify(call.picture()), 201

    @pages.get("/api/calls/<sid>")
    def look(sid: str) -> Response:
        call = browser_calls.find(sid)
        picture = call.picture()
        return Response(status=204) if request.args.get("seen") == str(picture["version"]) else jsonify(picture)

    @pages.post("/api/calls/<sid>/actions")
    def act(sid: str) -> Response:
        call, asked = browser_calls.find(sid), _object()
        kind, keys = _one_of(asked.get("kind"), ACTIONS), asked.get("keys", "")
        if kind == "press" and not (isinstance(keys, str) and KEYS.fullmatch(keys)):
            raise Refused("no-key")
        if kind == "speak" and not (_is_short(keys) and (call.phone.may_speak or call.talks)):
            raise Refused("no-words")
        seen = asked.get("seen")
        done = call.order(kind, keys, str(asked.get("window", "")), seen if isinstance(seen, int) else 0)
        done.wait(QUICKLY)
        return jsonify(call.picture())

    @pages.post("/api/calls/<sid>/agent")
    def choose(sid: str) -> Response:
        call = browser_calls.find(sid)
        if not call.seat.choose(str(_object().get("choice", ""))):
            raise Refused("no-choice")
        return jsonify(call.picture())

    @pages.get("/api/calls/<sid>/server")
    def server(sid: str) -> tuple[Response, int]:
        call = browser_calls.find(sid)
        status, body = lab_client.ask("GET", f"calls/{sid}")
        report = json.loads(body)
        if status != 200:
            return jsonify(report), status
        return jsonify(_timed(report, call)), 200


def _timed(report: dict[str, Any], call: LiveCall) -> dict[str, Any]:
    """The server's report with our timings. Personal entries are masked in the transcript too."""
    call.hide({turn["turn"] for turn in report["turns"] if any(map(_is_secret, turn["steps"]))})
    for turn in report["turns"]:
        turn["milliseconds"] = call.transport.milliseconds.get(turn["turn"])
    return report


def _is_secret(step: list[Any]) -> bool:
    return step[0] == "answer" and step[2] in ("secret", "sealed")


def _sounds(pages: Blueprint, browser_calls: BrowserCalls, music: Path) -> None:
    def sound(content: bytes) -> Response:
        return Response(content, mimetype="audio/wav", headers={"Cache-Control": "private, max-age=3600"})

    @pages.get("/api/calls/<sid>/lines/<int:number>.wav")
    def said(sid: str, number: int) -> Any:
        try:
            line = browser_calls.find(sid).transcript.heard(number)
            if PLAYED.fullmatch(line.text) and music.is_file():
                return sound(music.read_bytes())
            return sound(speech_audio.spoken(line.text, line.language, line.slow))
        except (IndexError, ValueError):
            return jsonify(error="nothing-said"), 404
        except VoiceMissing:
            return jsonify(error="no-voice"), 404

    @pages.get("/api/ringing.wav")
    def ringing() -> Response:
        return sound(speech_audio.ringing())


def _lab(pages: Blueprint, lab_client: LabClient) -> None:
    @pages.post("/api/lab/demo")
    def demo() -> Response:
        status, body = lab_client.begin_anew()
        return Response(body, status, mimetype="application/json")

    @pages.route("/api/lab/<path:what>", methods=["GET", "PUT", "POST"])
    def lab(what: str) -> Response:
        request.max_content_length = LARGEST_WORLD
        if not lab_client.passes(request.method, what):
            abort(404)
        status, body = lab_client.ask(request.method, what, request.get_data())
        return Response(body, status, mimetype="application/json")


def _object() -> dict[str, Any]:
    asked = request.get_json(force=True, silent=True)
    if not isinstance(asked, dict):
        raise Refused("no-json")
    return asked


def _is_short(words: Any) -> bool:
    return isinstance(words, str) and 0 < len(words.strip()) <= MOST_WORDS


def _number(given: Any) -> str:
    if not isinstance(given, str) or not NUMBER.fullmatch(given):
        raise Refused("no-number")
    return given


def _one_of(given: Any, known: tuple[str, ...]) -> str:
    if given not in known:
        raise Refused("no-deed")
    return str(given)
