"""Faults planted in the flows that lead, prove, protect and end a call: what, where, which words, and what stands
instead.
"""

from __future__ import annotations

from tests.exploration.mutants import NO_PROOF, Mutant

A, C, ID, T, W, S = (
    f"call_flows.{flow}" for flow in ("agent", "end_of_task", "identify", "top_up", "welcome", "case_status")
)
INFO, F, LOOK, SEC = (f"call_flows.{flow}" for flow in ("information", "freeze", "investigate", "security"))
PRESSURE, GO, SWITCHED = (f"call_flows.{flow}" for flow in ("scam_pressure", "resume_dropped_call", "line_switched"))
PHONE = "call_flows.lost_phone"

OF_CALLS = [
    Mutant(
        "no callback when nobody takes the call",
        A,
        '        call.say("nobody-free")\n    await callback(call, reason, only)\n',
        '        call.say("nobody-free")\n    call.hang_up()\n',
    ),
    Mutant("the call ends when an agent is busy", A, 'if ended == "accepted":', 'if ended in ("accepted", "busy"):'),
    Mutant(
        "agents are rung when closed",
        A,
        "if on_duty.open and on_duty.numbers:",
        'if True:\n        on_duty = type(on_duty)(True, ["+8613800000001"], None)',
    ),
    Mutant(
        "the callback's yes and no are swapped", A, "if not await call.confirm(RIGHT):", "if await call.confirm(RIGHT):"
    ),
    Mutant("a callback without a yes", A, "    if not await call.confirm(RIGHT):\n        return None\n", ""),
    Mutant(
        "the number that rang is called back without a yes",
        A,
        "            if await call.confirm(HERE):\n                return own\n",
        "            return own\n",
    ),
    Mutant("the number that rang is not said", A, '            call.say("callback-from", ending=own.ending)\n', ""),
    Mutant(
        "a callback beyond the limits is told as noted", A, 'call.say("callback-not-now")', 'call.say("callback-noted")'
    ),
    Mutant("a number abroad is read back as one at home", A, "    if draft.country:", "    if False:"),
    Mutant("what two countries have is read as the first", A, 'if draft.why == "unclear":', "if False:"),
    Mutant(
        "a callback is asked for twice",
        A,
        "    if not made.slot:",
        "    made = await call.do(request_callback, draft.id, reason)\n    if not made.slot:",
    ),
    Mutant(
        "a kept callback is offered again",
        A,
        "    await promise(call, draft, reason)\n    return True",
        "    await promise(call, draft, reason)\n    return False",
    ),
    Mutant("the callback's tries are not counted", A, "for _ in range(CALLBACK_TRIES):", "while True:"),
    Mutant(
        "signals leave the last resort", A, "            if not only:\n                raise\n", "            raise\n"
    ),
    Mutant(
        "a number that we cannot call is accepted silently",
        A,
        'call.say("callback-not-there")\n',
        'call.say("callback-nowhere")\n',
    ),
    Mutant("identity is not asked for", T, "customer = await identify(call)\n    found", f"{NO_PROOF}\n    found"),
    Mutant(
        "limits without identity",
        T,
        "customer = await identify(call)\n    limits",
        'customer = call.facts.get("customer")\n    limits',
    ),
    Mutant(
        "a refused caller is a customer",
        ID,
        "if verified is not None:",
        "if True:\n            verified = verified or Verified('a1', 'haiyun', 2, 'pin')",
    ),
    Mutant("rounds are not counted", ID, 'call.facts.get("refused", 0) + 1', 'call.facts.get("refused", 0)'),
    Mutant("five rounds", ID, "ROUNDS = 3", "ROUNDS = 5"),
    Mutant(
        "no turn of its own between the verdict and the look-up",
        ID,
        'await call.announce("identified")',
        'call.say("identified")',
    ),
    Mutant(
        "the verdict is written twice",
        ID,
        "    verified = await call.do(judge, *known)",
        "    await call.do(judge, *known)\n    verified = await call.do(judge, *known)",
    ),
    Mutant(
        "the code is sent twice",
        ID,
        '            call.say("code-sent")',
        '            sending = await call.do(send_code, claimed, call.facts["wallet"], None)\n            '
        'call.say("code-sent")',
    ),
    Mutant(
        "a secret is spoken",
        ID,
        '    if how == "text":',
        '    call.say("number-official", number=keyed)\n    if how == "text":',
    ),
    Mutant(
        "a case is opened twice",
        "call_flows.pick_record",
        "    tell_reference(call, case)",
        '    case = await call.do(open_case, call.facts["customer"]["id"], call.facts["wallet"], reason, '
        "record)\n    tell_reference(call, case)",
    ),
    Mutant(
        "a case is opened for nobody",
        INFO,
        "    facts = await call.do(wallet_facts",
        '    from ivr.cases.cases import open_case\n    await call.do(open_case, "a1", "haiyun", "unknown", '
        '"t1")\n    facts = await call.do(wallet_facts',
    ),
    Mutant("an unavailable wallet is not noticed", W, "    except Unavailable:", "    except ZeroDivisionError:"),
    Mutant(
        "an unavailable wallet is told as nothing received",
        W,
        'call.say("wallet-unavailable")',
        'call.say("top-up-not-received")',
    ),
    Mutant("an unavailable wallet ends the call", W, "reason = reasons.NO_ANSWER", "call.hang_up()"),
    Mutant("a person is not fetched", W, "await hand_over(call, reason)", 'call.say("nobody-free")'),
    Mutant(
        "back is not caught at the main menu",
        W,
        "    except (Back, Main):\n        return",
        "    except Main:\n        return",
    ),
    Mutant(
        "main is not caught at the main menu",
        W,
        "    except (Back, Main):\n        return",
        "    except Back:\n        return",
    ),
    Mutant("the main menu is never asked again", W, "while True:", "if True:"),
    Mutant(
        "an offer outside its branch",
        W,
        "chosen = await call.menu(menu)",
        'call.say("promotion-channels", website="x", app="x", social="x")\n        chosen = await call.menu(menu)',
    ),
    Mutant("solved and not solved are swapped", C, "if not solved:", "if solved is None:"),
    Mutant(
        "another question ends the call",
        C,
        'if choice == "more":\n        raise Main',
        'if choice == "more":\n        call.hang_up()',
    ),
    Mutant("a person after 'not solved' is the menu", C, "raise ToAgent(reasons.NOT_SOLVED)", "raise Main"),
    Mutant("a missing message", C, 'call.say("sorry-not-solved")', 'call.say("sorry-not-solvd")'),
    Mutant("a missing argument", C, 'call.say("goodbye", name=call.facts["name"])', 'call.say("goodbye")'),
    Mutant("an unknown reference is asked for without end", S, "for _ in range(REFERENCE_TRIES):", "while True:"),
    Mutant(
        "an unknown reference says nothing",
        S,
        'call.say("case-unknown" if told else "case-not-yours", reference=reference)',
        "pass",
    ),
    Mutant("a topic that has no words", INFO, 'elif topic == "methods":', 'elif topic == "method":'),
    Mutant(
        "a freeze without a yes",
        F,
        '    if not await call.confirm(SURE):\n        call.say("freeze-not-wanted")\n        return ""\n    '
        "await freeze_and",
        "    await freeze_and",
    ),
    Mutant(
        "a freeze without proof",
        F,
        "if weighed.owner is not None:",
        'if True:\n            weighed = type(weighed)(Owner("a1", "haiyun", 1), True)',
    ),
    Mutant(
        "an unknown freeze is told as done",
        F,
        "freeze, owner)\n    except Unavailable:\n        return False",
        "freeze, owner)\n    except Unavailable:\n        return True",
    ),
    Mutant(
        "right sounds other than wrong after many guesses",
        F,
        "    whom = owner if",
        '    if owner is None:\n        call.say("identify-no-match")\n    whom = owner if',
    ),
    Mutant(
        "a wrong guess freezes an account",
        F,
        '    whom = owner if stands.status == "active" else None',
        '    whom = Owner("a1", "haiyun", 1)',
    ),
    Mutant("a stage is told however many references were guessed", S, "    if not told:", "    if False:"),
    Mutant(
        "whether a guessed reference is right is told before the proof",
        S,
        "        found = await stage_for_owner(call, reference)",
        '        if found is None:\n            call.say("case-not-yours", reference=reference)\n        found = '
        "await stage_for_owner(call, reference)",
    ),
    Mutant(
        "transactions without identity", LOOK, "customer = await identify(call)\n    found", f"{NO_PROOF}\n    found"
    ),
    Mutant("a callback is promised for no time", A, "if not made.slot:", "if made.slot:"),
    Mutant("a refusal is not told", ID, 'call.say("identify-no-match" if', 'call.say("identify-why" if'),
    Mutant(
        "a wrong tail is told at once",
        ID,
        "    how = await call.menu(FACTOR)",
        '    if not tail_right:\n        call.say("identify-no-match")\n    how = await call.menu(FACTOR)',
    ),
    Mutant(
        "no account is told at once",
        ID,
        "    keyed = await call.ask(TAIL)",
        '    if claimed.account is None:\n        call.say("identify-no-match")\n    keyed = await call.ask(TAIL)',
    ),
    Mutant(
        "a code is sent to accounts only",
        ID,
        '            call.say("code-sent")',
        '            if claimed.account is not None:\n                call.say("code-sent")',
    ),
    Mutant(
        "the freeze is told before the verdict",
        F,
        "        weighed = await call.do(weigh",
        '        if stands.status == "frozen":\n            call.say("freeze-found-frozen")\n        weighed = '
        "await call.do(weigh",
    ),
    Mutant(
        "the freeze's yes and no are swapped",
        F,
        'if not await call.confirm(SURE):\n        call.say("freeze-not-wanted")\n        return ""\n    '
        "await freeze_and",
        'if await call.confirm(SURE):\n        call.say("freeze-not-wanted")\n        return ""\n    await freeze_and',
    ),
    Mutant(
        "a freeze without a yes, where the proof is not told",
        F,
        '    if not await call.confirm(SURE):\n        call.say("freeze-not-wanted")\n        return ""\n    '
        "if not await",
        "    if not await",
    ),
    Mutant(
        "a freeze for another one's account",
        F,
        "        if weighed.owner is not None:",
        "        if claimed.account is not None:\n            weighed = type(weighed)(Owner(claimed.account, "
        "'haiyun', 1), True)",
    ),
    Mutant("the limit of tries at a freeze is no limit", F, "        if not weighed.more:\n            break\n", ""),
    Mutant("what a freeze means is not told", F, 'else ""\n    call.say("freeze-means")\n', 'else ""\n'),
    Mutant(
        "an account found frozen is frozen again", F, 'if stands.status != "active":', 'if stands.status == "closed":'
    ),
    Mutant(
        "the wallet out of reach is told as frozen",
        F,
        'call.say("freeze-out-of-reach")',
        'call.say("freeze-found-frozen")',
    ),
    Mutant(
        "a case without a yes",
        LOOK,
        '    if not await call.confirm(OPEN):\n        call.say("investigation-not-wanted")\n        return False\n',
        "",
    ),
    Mutant(
        "nobody asks whether orders are given",
        LOOK,
        "    if await is_under_pressure(call):\n        return await offer_protection(call)\n",
        "",
    ),
    Mutant(
        "whoever is given orders goes on",
        LOOK,
        "        return await offer_protection(call)\n",
        "        await offer_protection(call)\n",
    ),
    Mutant(
        "one's own and strange are swapped",
        PRESSURE,
        '    call.facts["directed"] = directed\n    return directed',
        '    call.facts["directed"] = directed\n    return not directed',
    ),
    Mutant("the way out is forgotten", PRESSURE, '    call.say("directed-advice")\n', ""),
    Mutant("a freeze is lifted for whoever asks", SEC, "if await is_under_pressure(call):", "if False:"),
    Mutant(
        "the number that rings is taken for proof",
        ID,
        '    if number == "this-number":\n',
        '    if number == "this-number":\n'
        '        call.facts["customer"] = {"id": "a1", "wallet": "haiyun", "level": 2, "how": "pin"}\n',
    ),
    Mutant(
        "the number that rings is answered in other words",
        ID,
        '    if number == "this-number":\n',
        '    if number == "this-number":\n        call.say("one-moment")\n',
    ),
    Mutant(
        "the wish to be logged out is noted without a yes",
        PHONE,
        "    if not await call.confirm(LOG_OUT):\n        return\n",
        "",
    ),
    Mutant("the wish to be logged out tells that the proof was right", SEC, 'froze == "told")', "bool(froze))"),
    Mutant("who sent no money is told to call the police for it", PRESSURE, "    if sent:", "    if not sent:"),
    Mutant("a swindled caller hears tips only", SEC, '    elif topic == "scam":', '    elif topic == "swindle":'),
    Mutant(
        "the freeze that was chosen is no freeze",
        SEC,
        "    froze = await freeze_account(call)",
        '    froze = "told"',
    ),
    Mutant("the wrong number is official", INFO, '"number-official" if official', '"number-official" if not official'),
    Mutant("a stage is told as another", S, '"case-stage-" + found.stage', '"case-stage-received"'),
    Mutant(
        "a verdict for whoever has the reference",
        S,
        "    customer = await identify(call)\n    verdict",
        f"    {NO_PROOF}\n    verdict",
    ),
    Mutant(
        "a stage of one's own without proof",
        S,
        "    customer = await identify(call)\n    return",
        f"    {NO_PROOF}\n    return",
    ),
    Mutant(
        "another one's verdict is told as rejected", S, '(verdict or "not-yours")', '(verdict or "decided-rejected")'
    ),
    Mutant(
        "another one's call is gone on with",
        GO,
        '        call.say("nothing-left")\n        return\n',
        '        left = ResumePoint([], [["main-menu", "information"]])\n',
    ),
    Mutant(
        "the offer names the task",
        GO,
        "        chosen = await call.menu(RESUME)",
        '        call.say("dispute-steps")\n        chosen = await call.menu(RESUME)',
    ),
    Mutant("gone on without proof", GO, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant(
        "what was done is not told, and the way is walked again",
        GO,
        "    if left.done:",
        "    if not left.done and left.path is None:",
    ),
    Mutant("anew is on", GO, '        if chosen == "on":', "        if chosen:"),
    Mutant(
        "a closed line rings somebody",
        SWITCHED,
        "    await callback(call, reasons.LINE_CLOSED, only=True)",
        "    await last_resort(call, reasons.LINE_CLOSED)",
    ),
    Mutant(
        "a switched line says nothing of it",
        SWITCHED,
        '        call.say(otherwise, name=call.facts["name"])',
        '        call.say("line-otherwise")',
    ),
    Mutant(
        "a switched line ends for whoever asks for a person",
        SWITCHED,
        '    except ToAgent:\n        call.say("line-to-person"',
        '    except ToAgent:\n        call.hang_up()\n        call.say("line-to-person"',
    ),
]
