"""Faults planted in the engine and in the words."""

from __future__ import annotations

from tests.exploration.mutants import Mutant

CALL, PROMPTS, LIVE, WAITS = "ivr.engine.call", "ivr.engine.prompts", "ivr.engine.live_turn", "ivr.engine.waits"
STORED, REPLAY = "ivr.engine.stored_wait", "ivr.engine.replay"
EARLY = "ivr.engine.early_keys"
ZH, EN = "call_flows/prompts/zh", "call_flows/prompts/en"

OF_ENGINE = [
    Mutant(
        "0 is not a person",
        PROMPTS,
        '"0": ("agent", None),\n    "*": ("back"',
        '"0": ("repeat", None),\n    "*": ("back"',
    ),
    Mutant("# goes back", PROMPTS, '"#": ("repeat", None),\n    "8"', '"#": ("back", None),\n    "8"'),
    Mutant(
        "8 and 9 are swapped",
        PROMPTS,
        '"8": ("slower", None),\n    "9": ("language", None),\n}\nENTRY',
        '"9": ("slower", None),\n    "8": ("language", None),\n}\nENTRY',
    ),
    Mutant(
        "0 in an entry is not a person",
        PROMPTS,
        '"0": ("agent", None),\n    "*": ("clear"',
        '"0": ("more-time", None),\n    "*": ("clear"',
    ),
    Mutant("silence is not counted", PROMPTS, "FailureCounts(self.no_inputs + 1", "FailureCounts(self.no_inputs"),
    Mutant("wrong keys are not counted", PROMPTS, "self.no_matches + 1)", "self.no_matches)"),
    Mutant("a repeat counts as a failure", PROMPTS, 'if kind == "wrong"', 'if kind in ("wrong", "repeat")'),
    Mutant("nobody gives up", PROMPTS, "if count + 1 >= most", "if count + 1 >= 9"),
    Mutant("the key of an option is one too low", PROMPTS, "self.options[int(key) - 1]", "self.options[int(key) - 2]"),
    Mutant("keys are spoken from 2", WAITS, "enumerate(menu.options, 1)", "enumerate(menu.options, 2)"),
    Mutant(
        "options are spoken in the wrong order",
        WAITS,
        "enumerate(menu.options, 1)",
        "enumerate(reversed(menu.options), 1)",
    ),
    Mutant(
        "a line in the wrong language",
        WAITS,
        "else [Utterance(prompt.name, said)]",
        'else [Utterance(prompt.name, said, language="en")]',
    ),
    Mutant("the same words at each wrong key", WAITS, "-{wait.failures.no_matches}", "-1"),
    Mutant(
        "silence is met by silence",
        WAITS,
        'return _in_both((Utterance("take-your-time" + closed),), prompt)',
        "return ()",
    ),
    Mutant("giving up is a repeat", CALL, 'raise ToAgent(f"{detail} at {prompt.name}", gave_up=True)', "pass"),
    Mutant(
        "back is forgotten: ** is only one step", CALL, 'elif kind == "main" or back_again:', 'elif kind == "main":'
    ),
    Mutant("a readback is not asked", CALL, "if ask.readback is None:", "if True:"),
    Mutant(
        "back leaves two levels",
        CALL,
        "        except Back:\n            pass\n",
        "        except Back:\n            self.path.leave_level(position)\n            raise\n",
    ),
    Mutant(
        "a level swallows the main menu",
        CALL,
        "        except Back:\n            pass\n",
        "        except (Back, Main):\n            pass\n",
    ),
    Mutant(
        "back in a read-back leaves the task",
        CALL,
        "            except Back:\n                self._went_back = False\n",
        "            except ZeroDivisionError:\n                pass\n",
    ),
    Mutant(
        "the language is no longer the other one",
        CALL,
        'self.language = "en" if self.language == "zh" else "zh"',
        "raise Back",
    ),
    Mutant("slower speech goes back", CALL, "            self.slow = not self.slow\n", "            raise Back\n"),
    Mutant(
        "a no is a yes",
        CALL,
        'await self._answer(confirm, args) == "yes")',
        'await self._answer(confirm, args) != "yes")',
    ),
    Mutant(
        "what was said is said again after the answer",
        CALL,
        "utterances, self.said = tuple(self.said), []",
        "utterances = tuple(self.said)",
    ),
    Mutant("a person is not offered in menus", WAITS, "if prompt.offer_agent:", "if False:"),
    Mutant(
        "a failure does not end the words before it",
        PROMPTS,
        "return FailureCounts(self.no_inputs, self.no_matches + 1)",
        "return FailureCounts(self.no_inputs + 1, self.no_matches + 1)",
    ),
    Mutant(
        "keys typed ahead reach a personal entry",
        LIVE,
        "bool(self.keys) and wait.prompt.type_ahead and",
        "bool(self.keys) and",
    ),
    Mutant("keys typed ahead are lost", LIVE, 'self.keys = rest.lstrip("#") or None', "self.keys = None"),
    Mutant(
        "a time that is not known needs a # alone",
        PROMPTS,
        '"" if self.empty_is and entry == UNKNOWN else entry',
        "entry",
    ),
    Mutant(
        "the words name a # alone in an entry",
        f"{EN}/line.ftl",
        "If you do not know, press one, then pound.",
        "If you do not know, just press pound.",
    ),
    Mutant("a key from before its question is taken for an answer", EARLY, "wait.prompt.type_ahead or", "True or"),
    Mutant(
        "a # from before its question is taken for an answer",
        EARLY,
        "        return elapsed < REACTION_SECONDS\n",
        "        return False\n",
    ),
    Mutant("a # that is not told of is silence", EARLY, "elapsed < wait.timeout - JITTER_SECONDS", "elapsed < 0"),
    Mutant(
        "a leg without an end is a talk",
        LIVE,
        'return (self.input.dialled or "failed", None)',
        'return ("accepted", None)',
    ),
    Mutant("the question that was heard is not compared", REPLAY, "if self.history.waits_at is None:", "if True:"),
    Mutant(
        "of the question that was heard only the verb is compared",
        STORED,
        '("name", "kind", "prompt", "heard") if',
        '("kind",) if',
    ),
    Mutant(
        "a key means the option that stands there now",
        STORED,
        "if not options or options == request.prompt.options:",
        "if True:",
    ),
    Mutant(
        "a question that acts now is the question that was heard",
        STORED,
        '("name", "kind", "prompt", "heard") if',
        '("name", "kind") if',
    ),
    Mutant("a yes to one record is a yes to another", STORED, 'compared += ("about",)', "compared += ()"),
    Mutant(
        "an amount is a hundred times too much",
        "ivr.engine.entries",
        "return int(yuan) * 100",
        "return int(yuan) * 10000",
    ),
    Mutant("a translation is forgotten", f"{EN}/dispute.ftl", "dispute-unsure =", "dispute-unsur ="),
    Mutant("a message is not translated", f"{EN}/line.ftl", "was-it-solved =", "was-it-solved = 您的问题解决了吗？ #"),
    Mutant("a digit stands in Mandarin words", f"{ZH}/line.ftl", "was-it-solved =", "was-it-solved = 第1个"),
    Mutant("a value is left out of the Mandarin words", f"{ZH}/line.ftl", "{ MONEY($value) }", "{ MONEY($amounts) }"),
]
