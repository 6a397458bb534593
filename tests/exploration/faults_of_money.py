"""Faults planted in the flows about money: records, payments, disputes, offers and messages about them."""

from __future__ import annotations

from tests.exploration.mutants import NO_PROOF, Mutant

T, P, R, MEANT = (f"call_flows.{flow}" for flow in ("top_up", "failed_payment", "pick_record", "which_record"))
L, D, WHY, TR = (f"call_flows.{flow}" for flow in ("find_transaction", "dispute", "dispute_reasons", "transactions"))
OFFERS, RE, M = (f"call_flows.{flow}" for flow in ("promotions", "rewards", "promotion_messages"))

OF_MONEY = [
    Mutant(
        "a payment is told as a top-up",
        P,
        'call.say("payment-" + payment.reason)',
        'call.say("advice-" + payment.reason)',
    ),
    Mutant(
        "a payment that nobody knows of is told as declined",
        P,
        'call.say("payment-" + payment.reason)',
        'call.say("payment-" + ("bank-limit" if payment.reason == "unknown" else payment.reason))',
    ),
    Mutant("no record found, and the line is silent", MEANT, "    call.say(NOT_FOUND[kind])\n", ""),
    Mutant("payments without proof", P, "customer = await identify(call)", NO_PROOF),
    Mutant("an unknown payment has no case", P, "    if payment.reason in OWED:", "    if payment.reason not in OWED:"),
    Mutant(
        "an unknown top-up has no case", T, "    if advice.reason in OWED:", '    if advice.reason == "system-fault":'
    ),
    Mutant(
        "an unknown top-up is told as succeeded",
        T,
        'call.say("advice-" + advice.reason)',
        'call.say("advice-" + ("succeeded" if advice.reason == "unknown" else advice.reason))',
    ),
    Mutant(
        "a record that fits is told as not received", MEANT, "    if found.matches:", "    if len(found.matches) > 1:"
    ),
    Mutant("the step at which it failed is dropped", T, '(None, step == "debited")', "(None, False)"),
    Mutant(
        "likely top-ups before proof", T, "    customer = await identify(call)\n    found", f"    {NO_PROOF}\n    found"
    ),
    Mutant(
        "the likeliest record is taken after a no",
        MEANT,
        "if await call.confirm(question)",
        "if not await call.confirm(question)",
    ),
    Mutant(
        "a pending record is offered as failed", MEANT, "'pending' if one.reason == 'unknown' else 'failed'", "'failed'"
    ),
    Mutant(
        "whether the bank shows a debit is not listened to",
        MEANT,
        "    return await call.confirm(DEBIT)",
        "    return not await call.confirm(DEBIT)",
    ),
    Mutant("the terms that were asked for are not told", D, '    if chosen == "terms":', '    if chosen == "term":'),
    Mutant("charged, and asked to try again", MEANT, "    if before.charged:\n", "    if not before.charged:\n"),
    Mutant(
        "a debit that the bank shows is not believed", MEANT, '    if chosen != "debited":', '    if chosen != "debit":'
    ),
    Mutant("what is near is not offered", MEANT, "found.near + (found.unsettled if before.charged else [])", "[]"),
    Mutant(
        "no proof that nothing was taken, and told as final",
        MEANT,
        "charged and not one.no_debit",
        "charged and one.no_debit",
    ),
    Mutant(
        "charged, the record knows nothing, and no case",
        MEANT,
        '    await open_owed_case(call, "charged", about)\n',
        "",
    ),
    Mutant(
        "a top-up that was charged and is not seen has no case", T, "    elif choice.charged:", "    elif choice.again:"
    ),
    Mutant(
        "a payment that was charged and is not seen has no case",
        P,
        "    elif choice.charged:",
        "    elif choice.again:",
    ),
    Mutant(
        "to whoever says charged nothing was charged",
        "call_flows/prompts/en/line.ftl",
        "That is open, and we will look into it. Please do not top up again.",
        "As far as we can see, nothing was charged.",
    ),
    Mutant(
        "charged, and a way to pay again",
        "call_flows/prompts/zh/payments.ftl",
        "由我们来查。请先不要再付款。",
        "请换一种方式再付一次。",
    ),
    Mutant("a case without a reference", R, "    tell_reference(call, case)\n", ""),
    Mutant(
        "the balance before proof", TR, "    customer = await identify(call)\n    told", f"    {NO_PROOF}\n    told"
    ),
    Mutant("spending before proof", TR, "    customer = await identify(call)\n    spent", f"    {NO_PROOF}\n    spent"),
    Mutant("nothing spent is told as spent", TR, "if one.count else", "if not one.count else"),
    Mutant("next and previous are swapped", L, '1 if chosen == "next" else -1', '-1 if chosen == "next" else 1'),
    Mutant("no records, and the line is silent", L, '        call.say("records-none")\n', ""),
    Mutant("nothing found, and the line is silent", L, '        call.say("search-none")\n', ""),
    Mutant("a wider search is a person", L, '        if chosen != "wider":', '        if chosen == "wider":'),
    Mutant(
        "a failed record is told as paid", L, '    if one.status != "succeeded":', '    if one.status == "succeeded":'
    ),
    Mutant("details are the record again", L, '        if chosen == "details":', '        if chosen == "detail":'),
    Mutant("a dispute before proof", D, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("a dispute without a yes", D, "    return await call.confirm(FILE)", "    return True"),
    Mutant(
        "a dispute's yes and no are swapped",
        D,
        "    return await call.confirm(FILE)",
        "    return not await call.confirm(FILE)",
    ),
    Mutant(
        "a dispute is not read back",
        D,
        '    call.say("dispute-is", at=one.at, amount=one.amount, payee=one.payee)\n',
        "",
    ),
    Mutant(
        "another reason is filed than was read back",
        D,
        "await file(call, customer, one, reason)",
        'await file(call, customer, one, "duplicate")',
    ),
    Mutant(
        "disputed already, and filed again",
        D,
        "    if known is not None:\n        await tell_existing_dispute(call, known)\n",
        "",
    ),
    Mutant("too old, and filed", D, "    if terms.too_old:", "    if terms is None:"),
    Mutant(
        "what is wrong with a dispute is not changed",
        D,
        '        if wrong == "reason":',
        '        if wrong == "payment":',
    ),
    Mutant(
        "what is wrong with a complaint is not changed",
        "call_flows.complaint",
        'if wrong == "payment":',
        'if wrong != "payment":',
    ),
    Mutant(
        "a complaint without a yes", "call_flows.complaint", "    if not await call.confirm(OPEN):", "    if False:"
    ),
    Mutant("anybody may add to a case", "call_flows.add_to_case", "    if mine is None:", "    if mine is not None:"),
    Mutant(
        "what failed is told as not charged without proof", L, '"debit-none" if one.no_debit', '"debit-none" if one'
    ),
    Mutant("too old is not told", D, '        call.say("dispute-too-old", window=terms.window)\n', ""),
    Mutant(
        "nobody knows, and it is told as filed",
        D,
        '        call.say("dispute-unknown")\n        raise ToAgent(reasons.DISPUTE_UNKNOWN) from None',
        "        return None",
    ),
    Mutant(
        "filed twice at the wallet",
        D,
        "    kept = await call.do(keep_dispute",
        "    due = await ask_wallet(call, customer, one, reason)\n    kept = await call.do(keep_dispute",
    ),
    Mutant(
        "a dispute is kept twice",
        D,
        "    kept = await call.do(keep_dispute, customer, one.id, reason, due)",
        "    kept = await call.do(keep_dispute, customer, one.id, reason, due)\n    kept = await "
        "call.do(keep_dispute, customer, one.id, reason, due)",
    ),
    Mutant(
        "a promise that is around a day is told as by it",
        D,
        '    call.say("dispute-due-provisional" if kept.provisional else',
        '    call.say("dispute-due-provisional" if not kept.provisional else',
    ),
    Mutant(
        "paid to the wrong person, and no person",
        WHY,
        '    if reason == "wrong-payee":',
        '    if reason == "wrong-payees":',
    ),
    Mutant("the wrong person is not told", WHY, '        call.say("dispute-wrong-payee")\n', ""),
    Mutant("no twin, and the line is silent", WHY, '        call.say("dispute-no-twin")\n', ""),
    Mutant(
        "a refund that is not due is disputed",
        WHY,
        "    if due is not None:",
        "    if due is None and promised is None:",
    ),
    Mutant("offers before proof", OFFERS, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("no offers, and the line is silent", OFFERS, '        call.say("promotion-none")\n', ""),
    Mutant("again and details are swapped", OFFERS, 'if chosen == "again" else', 'if chosen == "details" else'),
    Mutant("new users hear of existing ones", OFFERS, '"promotion-user-" + mine.standing', '"promotion-user-existing"'),
    Mutant("rewards before proof", RE, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("an overdue reward has no case", RE, '    if one.state == "overdue":\n', '    if one.state == "due":\n'),
    Mutant("a reward's case without a yes", RE, "    wanted = await call.confirm(OPEN)", "    wanted = True"),
    Mutant("messages without a yes", M, "    if not await call.confirm(SURE):", "    if False:"),
    Mutant(
        "on and off are swapped",
        M,
        "    await change(call, customer, not on, key)",
        "    await change(call, customer, on, key)",
    ),
    Mutant(
        "how messages stand is told wrongly",
        M,
        '"promotion-messages-are-on" if on',
        '"promotion-messages-are-on" if not on',
    ),
    Mutant(
        "nobody knows, and messages are told as on",
        M,
        '        call.say("promotion-messages-unknown")\n        raise ToAgent(reasons.CONSENT_UNKNOWN)',
        "        return",
    ),
    Mutant("consent is kept for other words", M, "[*asked, SURE.name]", '["promotion-none", SURE.name]'),
    Mutant(
        "a yes to messages is not kept", M, "    if not await call.confirm(SURE):", "    if await call.confirm(SURE):"
    ),
]
