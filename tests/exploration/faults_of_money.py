"""Faults planted in the flows about money: records, payments, disputes, offers and messages about them."""

from __future__ import annotations

from tests.exploration.mutants import NO_PROOF, Mutant

T, P, R = (f"call_flows.{flow}" for flow in ("top_up", "payments", "records"))
L, D, WHY, TR = (f"call_flows.{flow}" for flow in ("look_up", "dispute", "dispute_reasons", "transactions"))
OFFERS, RE, M = (f"call_flows.{flow}" for flow in ("promotions", "rewards", "consent"))

OF_MONEY = [
    Mutant("a payment is told as a top-up", P, 'call.say("payment-" + payment.reason)', 'call.say("advice-" + payment.reason)'),
    Mutant("a payment that nobody knows of is told as declined", P, 'call.say("payment-" + payment.reason)', 'call.say("payment-" + ("bank-limit" if payment.reason == "unknown" else payment.reason))'),
    Mutant("no payment found, and the line is silent", P, '        call.say("payment-not-found")', "        pass"),
    Mutant("payments without proof", P, "customer = await identify(call)", NO_PROOF),
    Mutant("an unknown payment has no case", P, "    if payment.reason in OWED:", "    if payment.reason not in OWED:"),
    Mutant("an unknown top-up has no case", T, "    if advice.reason in OWED:", '    if advice.reason == "system-fault":'),
    Mutant("an unknown top-up is told as succeeded", T, 'call.say("advice-" + advice.reason)', 'call.say("advice-" + ("succeeded" if advice.reason == "unknown" else advice.reason))'),
    Mutant("a top-up not received is told as one", T, "    if not found.matches:", "    if len(found.matches) > 1:"),
    Mutant("a case without a reference", R, '    tell_reference(call, case)\n', ""),
    Mutant("records before proof", TR, "    customer = await identify(call)\n    one", f"    {NO_PROOF}\n    one"),
    Mutant("spending before proof", TR, "    customer = await identify(call)\n    spent", f"    {NO_PROOF}\n    spent"),
    Mutant("nothing spent is told as spent", TR, "if one.count else", "if not one.count else"),
    Mutant("next and previous are swapped", L, '1 if chosen == "next" else -1', '-1 if chosen == "next" else 1'),
    Mutant("no records, and the line is silent", L, '        call.say("records-none")\n', ""),
    Mutant("nothing found, and the line is silent", L, '        call.say("search-none")\n', ""),
    Mutant("a wider search is a person", L, '        if chosen == "person":', '        if chosen == "wider":'),
    Mutant("a failed record is told as paid", L, '    if one.status != "succeeded":', '    if one.status == "succeeded":'),
    Mutant("details are the record again", L, '        if chosen == "details":', '        if chosen == "detail":'),
    Mutant("a dispute before proof", D, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("a dispute without a yes", D, "    if await call.confirm(FILE):", "    if True:"),
    Mutant("a dispute's yes and no are swapped", D, "    if await call.confirm(FILE):", "    if not await call.confirm(FILE):"),
    Mutant("a dispute is not read back", D, '    call.say("dispute-is", at=one.at, amount=one.amount, payee=one.payee)\n', ""),
    Mutant("another reason is filed than was read back", D, "await file(call, customer, one, reason)", 'await file(call, customer, one, "duplicate")'),
    Mutant("disputed already, and filed again", D, "    if known is not None:\n        await already(call, known)\n", ""),
    Mutant("too old, and filed", D, "    if terms.too_old:", "    if terms is None:"),
    Mutant("too old is not told", D, '        call.say("dispute-too-old", window=terms.window)\n', ""),
    Mutant("nobody knows, and it is told as filed", D, '        call.say("dispute-unknown")\n        raise ToAgent("nobody knows whether the dispute is filed") from None', '        return None'),
    Mutant("filed twice at the wallet", D, "    kept = await call.do(keep_dispute", "    due = await ask_wallet(call, customer, one, reason)\n    kept = await call.do(keep_dispute"),
    Mutant("a dispute is kept twice", D, "    kept = await call.do(keep_dispute, customer, one.id, reason, due)", "    kept = await call.do(keep_dispute, customer, one.id, reason, due)\n    kept = await call.do(keep_dispute, customer, one.id, reason, due)"),
    Mutant("a promise that is around a day is told as by it", D, '    call.say("dispute-due-provisional" if kept.provisional else', '    call.say("dispute-due-provisional" if not kept.provisional else'),
    Mutant("paid to the wrong person, and no person", WHY, '    if reason == "wrong-payee":', '    if reason == "wrong-payees":'),
    Mutant("the wrong person is not told", WHY, '        call.say("dispute-wrong-payee")\n', ""),
    Mutant("no twin, and the line is silent", WHY, '        call.say("dispute-no-twin")\n', ""),
    Mutant("a refund that is not due is disputed", WHY, "    if due is not None:", "    if due is None and promised is None:"),
    Mutant("offers before proof", OFFERS, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("no offers, and the line is silent", OFFERS, '        call.say("promotion-none")\n', ""),
    Mutant("again and details are swapped", OFFERS, 'if chosen == "again" else', 'if chosen == "details" else'),
    Mutant("new users hear of existing ones", OFFERS, '"promotion-user-" + mine.standing', '"promotion-user-existing"'),
    Mutant("rewards before proof", RE, "    customer = await identify(call)", f"    {NO_PROOF}"),
    Mutant("an overdue reward has no case", RE, '    if one.state == "overdue":\n', '    if one.state == "due":\n'),
    Mutant("a reward's case without a yes", RE, "    if await call.confirm(OPEN):", "    if True:"),
    Mutant("messages without a yes", M, "    if not await call.confirm(SURE):", "    if False:"),
    Mutant("on and off are swapped", M, "    await change(call, customer, not on, key)", "    await change(call, customer, on, key)"),
    Mutant("how messages stand is told wrongly", M, '"promotion-messages-are-on" if on', '"promotion-messages-are-on" if not on'),
    Mutant("nobody knows, and messages are told as on", M, '        call.say("promotion-messages-unknown")\n        raise ToAgent("nobody knows whether messages about offers are on")', "        return"),
    Mutant("consent is kept for other words", M, "[*asked, SURE.name]", '["promotion-none", SURE.name]'),
    Mutant("a yes to messages is not kept", M, "    if not await call.confirm(SURE):", "    if await call.confirm(SURE):"),
]  # fmt: skip
