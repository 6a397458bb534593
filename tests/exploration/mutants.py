"""Faults planted on purpose: each is an edit of a flow's or the engine's source, in memory only.

A mutant is (what, module, old, new). The module is compiled again with the edit, its names are put into
everything that had imported them, and afterwards all is as before.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

ROOMS = ("call_flows", "ivr.engine", "ivr.speech", "tests.exploration")


@dataclass(frozen=True)
class Mutant:
    """One planted fault."""

    what: str
    module: str
    old: str
    new: str


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The fault, for the length of a `with`."""
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    if source.count(mutant.old) < 1:
        raise LookupError(f"{mutant.what}: {mutant.module} no longer holds {mutant.old!r}")
    undo = _replace(module, source.replace(mutant.old, mutant.new, 1))
    try:
        yield
    finally:
        for place, name, value in reversed(undo):
            _put(place, name, value)


def _put(place: Any, name: str, value: Any) -> None:
    """Back as it was: a name of a module or function, or the whole content of a mapping."""
    if isinstance(place, dict):
        place.clear()
        place.update(value)
    else:
        setattr(place, name, value)


def _replace(module: ModuleType, source: str) -> list[tuple[Any, str, Any]]:
    before = dict(vars(module))
    fresh: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, f"<mutant of {module.__name__}>", "exec", dont_inherit=True), fresh)  # noqa: S102
    undo: list[tuple[Any, str, Any]] = []
    for name, value in before.items():
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            undo.append((value, "__code__", value.__code__))
            value.__code__ = fresh[name].__code__
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            undo += _methods(value, fresh[name])
        elif name.isupper():
            undo += _everywhere(name, value, fresh[name])
    return undo


def _methods(old: type, new: type) -> list[tuple[Any, str, Any]]:
    undo = []
    for name, value in vars(old).items():
        code = getattr(value, "__code__", None)
        other = getattr(vars(new).get(name), "__code__", None)
        if code is not None and other is not None and code.co_freevars == other.co_freevars:
            undo.append((value, "__code__", code))
            value.__code__ = other
    return undo


def _everywhere(name: str, old: Any, new: Any) -> list[tuple[Any, str, Any]]:
    """A constant, wherever it was imported; a mapping of functions stays, another gets its new content in place."""
    if isinstance(old, dict) and any(callable(value) for value in old.values()):
        return []
    undo: list[tuple[Any, str, Any]] = []
    if isinstance(old, dict):
        undo.append((old, "", dict(old)))
        _put(old, "", new)
        return undo
    for place in [one for key, one in sys.modules.items() if key.startswith(ROOMS)]:
        if vars(place).get(name) is old:
            undo.append((place, name, old))
            setattr(place, name, new)
    return undo


A, C, ID, T, W = (
    "call_flows.agent",
    "call_flows.close",
    "call_flows.identify",
    "call_flows.top_up",
    "call_flows.welcome",
)
CALL, PROMPTS, S = "ivr.engine.call", "ivr.engine.prompts", "call_flows.case_status"
INFO, F, LOOK = "call_flows.information", "call_flows.freeze", "call_flows.investigate"

MUTANTS = [
    Mutant("no callback when nobody takes the call", A, "    await callback(call, reason)\n", "    call.hang_up()\n"),
    Mutant("the call ends when an agent is busy", A, 'if ended == "accepted":', 'if ended in ("accepted", "busy"):'),
    Mutant("agents are rung when closed", A, "if on_duty.open and on_duty.numbers:", 'if True:\n        on_duty = type(on_duty)(True, ["+8613800000001"], None)'),
    Mutant("the callback's yes and no are swapped", A, "if not await call.confirm(RIGHT):", "if await call.confirm(RIGHT):"),
    Mutant("a callback without a yes", A, "    if not await call.confirm(RIGHT):\n        return False\n", ""),
    Mutant("a callback is asked for twice", A, "    if made.slot:", "    made = await call.do(request_callback, draft.id, reason)\n    if made.slot:"),
    Mutant("a kept callback is offered again", A, "    return True\n\n\nasync def rescue", "    return False\n\n\nasync def rescue"),
    Mutant("the callback's tries are not counted", A, "tries = tries + 1", "tries = tries"),
    Mutant("signals leave the last resort", A, "except (Back, Main, ToAgent):\n            call.say", "except (Back, Main):\n            call.say"),
    Mutant("a number that we cannot call is accepted silently", A, 'call.say("callback-not-there")\n', 'call.say("callback-nowhere")\n'),
    Mutant("identity is not asked for", T, "customer = await identify(call)\n    found", 'customer = call.facts.get("customer")\n    found'),
    Mutant("limits without identity", T, "customer = await identify(call)\n    limits", 'customer = call.facts.get("customer")\n    limits'),
    Mutant("a refused caller is a customer", ID, "if verified is not None:", "if True:\n            verified = verified or Verified('a1', 'haiyun', 2, 'pin')"),
    Mutant("rounds are not counted", ID, 'call.facts.get("refused", 0) + 1', 'call.facts.get("refused", 0)'),
    Mutant("five rounds", ID, "ROUNDS = 3", "ROUNDS = 5"),
    Mutant("no turn of its own between the verdict and the look-up", ID, 'await call.moment("identified")', 'call.say("identified")'),
    Mutant("the verdict is written twice", ID, "    return await call.do(judge,", '    await call.do(judge, call.facts["wallet"], claimed, how, False, None)\n    return await call.do(judge,'),
    Mutant("the code is sent twice", ID, '    call.say("code-sent")', '    sending = await call.do(send_code, claimed)\n    call.say("code-sent")'),
    Mutant("a secret is spoken", ID, "    if how == \"text\":", '    call.say("number-official", number=keyed)\n    if how == "text":'),
    Mutant("a case is opened twice", T, 'if advice.reason == "unknown":', 'case = await call.do(open_case, "a1", "haiyun", advice.reason, advice.id)\n    if advice.reason == "unknown":'),
    Mutant("a case is opened for nobody", T, 'call.say("top-up-need")', 'call.say("top-up-need")\n    await call.do(open_case, "a1", "haiyun", "unknown", "t1")'),
    Mutant("an unavailable wallet is not noticed", W, "    except Unavailable:", "    except ZeroDivisionError:"),
    Mutant("an unavailable wallet is told as nothing received", W, 'call.say("wallet-unavailable")', 'call.say("top-up-not-received")'),
    Mutant("an unavailable wallet ends the call", W, 'await speak_to_agent(call, "wallet did not answer")', "call.hang_up()"),
    Mutant("a person is not fetched", W, "await speak_to_agent(call, wanted.reason)", 'call.say("nobody-free")'),
    Mutant("back is not caught at the main menu", W, "    except (Back, Main):\n        return", "    except Main:\n        return"),
    Mutant("main is not caught at the main menu", W, "    except (Back, Main):\n        return", "    except Back:\n        return"),
    Mutant("the main menu is never asked again", W, "while True:", "if True:"),
    Mutant("an offer outside its branch", W, "chosen = await call.menu(MAIN)", 'call.say("promotion-channels", website="x", app="x", social="x")\n        chosen = await call.menu(MAIN)'),
    Mutant("solved and not solved are swapped", C, "if not solved:", "if solved is None:"),
    Mutant("another question ends the call", C, 'if choice == "more":\n        raise Main', 'if choice == "more":\n        call.hang_up()'),
    Mutant("a person after 'not solved' is the menu", C, 'raise ToAgent("not solved")', "raise Main"),
    Mutant("a missing message", C, 'call.say("sorry-not-solved")', 'call.say("sorry-not-solvd")'),
    Mutant("a missing argument", C, 'call.say("goodbye", name=call.facts["name"])', 'call.say("goodbye")'),
    Mutant("an unknown reference is asked for without end", S, "for _ in range(TRIES):", "while True:"),
    Mutant("an unknown reference says nothing", S, 'call.say("case-unknown", reference=reference)', "pass"),
    Mutant("a topic that has no words", INFO, 'elif topic == "methods":', 'elif topic == "method":'),
    Mutant("a freeze without a yes", F, '    if not await call.confirm(SURE):\n        call.say("freeze-not-wanted")\n        return False\n', ""),
    Mutant("a freeze without proof", F, "if weighed.owner is not None:", 'if True:\n            weighed = type(weighed)(Owner("a1", "haiyun", 1), True)'),
    Mutant("an unknown freeze is told as done", F, "    except Unavailable:\n        return False", "    except Unavailable:\n        return True"),
    Mutant("transactions without identity", LOOK, "customer = await identify(call)\n    found", 'customer = call.facts.get("customer")\n    found'),
    Mutant("0 is not a person", PROMPTS, '"0": ("agent", None), "*": ("back"', '"0": ("repeat", None), "*": ("back"'),
    Mutant("# goes back", PROMPTS, '"#": ("repeat", None), "8"', '"#": ("back", None), "8"'),
    Mutant("8 and 9 are swapped", PROMPTS, '"8": ("slower", None), "9": ("language", None),\n}  # fmt: skip\nENTRY', '"9": ("slower", None), "8": ("language", None),\n}  # fmt: skip\nENTRY'),
    Mutant("0 in an entry is not a person", PROMPTS, '"0": ("agent", None), "*": ("clear"', '"0": ("more-time", None), "*": ("clear"'),
    Mutant("silence is not counted", PROMPTS, "Tries(self.silences + 1", "Tries(self.silences"),
    Mutant("wrong keys are not counted", PROMPTS, "self.wrongs + 1)", "self.wrongs)"),
    Mutant("a repeat counts as a failure", PROMPTS, 'if kind == "wrong"', 'if kind in ("wrong", "repeat")'),
    Mutant("nobody gives up", PROMPTS, "if count + 1 >= most", "if count + 1 >= 9"),
    Mutant("the key of an option is one too low", PROMPTS, "self.options[int(key) - 1]", "self.options[int(key) - 2]"),
    Mutant("keys are spoken from 2", CALL, "enumerate(prompt.options, 1)", "enumerate(prompt.options, 2)"),
    Mutant("options are spoken in the wrong order", CALL, "enumerate(prompt.options, 1)", "enumerate(reversed(prompt.options), 1)"),
    Mutant("a line in the wrong language", CALL, "lines = [] if prompt.bilingual else [Line(prompt.name, said)]", 'lines = [] if prompt.bilingual else [Line(prompt.name, said, language="en")]'),
    Mutant("the same words at each wrong key", CALL, "-{wait.tries.wrongs}", "-1"),
    Mutant("silence is met by silence", CALL, 'return _in_both((Line("take-your-time"),), prompt)', "return ()"),
    Mutant("giving up is a repeat", CALL, 'raise ToAgent(f"{detail} at {prompt.name}", gave_up=True)', "pass"),
    Mutant("back is forgotten: ** is only one step", CALL, 'elif kind == "main" or back_again:', 'elif kind == "main":'),
    Mutant("a readback is not asked", CALL, "if ask.readback is None:", "if True:"),
]  # fmt: skip
