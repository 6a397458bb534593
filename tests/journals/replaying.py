"""Today's flows over a recorded journal, turn by turn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from call_flows.agent import rescue
from call_flows.welcome import answer
from ivr.engine.call import Call
from ivr.engine.effects import EffectRequest
from ivr.engine.errors import Diverged
from ivr.engine.replay import History, Replayer
from ivr.engine.turn import wait_to_store
from ivr.engine.waits import CallerWait
from tests.journals.golden import Golden, steps

STORIES = {"main": answer, "rescue": rescue}


class Nobody:
    """The live end of a replay: nobody answers, and no effect is left to run."""

    def answer(self, wait: CallerWait) -> None:
        """Here the turn had stopped, or should have."""

    def resumes_after_filler(self) -> bool:
        """Where a turn had stopped for a word, the next one goes on."""
        return False

    def wants_filler(self) -> bool:
        """The outside is not waited for."""
        return False

    def run_effect(self, do: EffectRequest) -> tuple[str, Any]:
        """An effect that the recorded turn did not run."""
        raise Diverged(f"the flow now runs {do.name!r}, which the journal does not hold")


def replay(golden: Golden) -> None:
    """Replay every turn with those before it, as each webhook does; raises Diverged."""
    for turn in range(len(golden.rows)):
        facts = _replay_to(golden, turn)
    _agree("the facts at its end", len(golden.rows) - 1, golden.facts, facts)


def _replay_to(golden: Golden, turn: int) -> dict[str, Any]:
    rows = golden.story(turn)
    opening, last = rows[0]["opening"], rows[-1]
    call = Call("CA0", opening["language"], opening["slow"], dict(opening["facts"]))
    opened, now = datetime.fromisoformat(rows[0]["at"]), datetime.fromisoformat(last["at"])
    replayer = Replayer(call, History(opened, steps(rows)), Nobody(), now)
    try:
        wait = replayer.run(STORIES[last["story"]]).wait
    except Exception as error:
        raise Diverged(f"turn {turn}: {type(error).__name__}: {error}") from error
    now_asks = wait_to_store(call, wait)
    _agree(
        "the wait",
        turn,
        last["wait"],
        now_asks and {part: now_asks[part] for part in now_asks if part not in ("heard", "about")},
    )
    _agree("the language", turn, last["language"], call.language)
    _agree("the pace", turn, last["slow"], call.slow)
    return call.facts


def _agree(what: str, turn: int, recorded: Any, now: Any) -> None:
    if recorded != now:
        raise Diverged(f"turn {turn}: {what} was {recorded!r} and now is {now!r}")
