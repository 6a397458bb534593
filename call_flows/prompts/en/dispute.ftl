# Disputes: why
dispute-reason = What is it?
    .not-me = If not yours
    .charge = If overcharged
    .not-received = If nothing arrived
    .refund-missing = For refunds
    .wrong-payee = For wrong payees
dispute-charge = Which one is it?
    .duplicate = If charged twice
    .wrong-amount = If the amount is wrong
    .cancelled-subscription = For a cancelled subscription
dispute-wrong-payee = This needs to be quick, and the line cannot take a payment back. I will find a person at once.
dispute-phone = Do you still have your phone?
dispute-card = Do you still have your bank card?
dispute-payee = Do you know who was paid?
dispute-password = Please change your password in the app soon.
dispute-no-twin = There is no other payment of that amount to them within a day. A person will check it with you.
dispute-twin = When was the other one?
    .choice = For { TIME($time) }
dispute-amount = Enter the amount that is right, in yuan. For the point, press star. Then press pound.
dispute-amount-right = The amount is { MONEY($value) }. Is that right?
dispute-merchant = Have you asked the seller?
dispute-promised-day = Has the day passed for which it was promised?
dispute-may-still-come = It may still come by that day. You can also apply now.
dispute-ask-merchant = Please ask the seller too, which is often quicker. You can still apply now.
dispute-refund-day = When was the refund promised? Enter two digits for the month and two for the day.
dispute-refund-day-right = The date is { DATE($value) }. Is that right?
refund-not-due-business = A refund to a bank card takes up to { COUNT($days, unit: "business-day") }. It is not due yet.
refund-not-due-calendar = A refund to a bank card takes up to { COUNT($days, unit: "calendar-day") }. It is not due yet.
dispute-cancel-day = When did you cancel? Enter two digits for the month and two for the day.
dispute-cancel-day-right = The date is { DATE($value) }. Is that right?
dispute-stop-charges = Turn automatic payment off in the payment settings of the app, so that nothing more is charged.

# Whether there can be one
not-disputed-failed = It did not succeed, and you are not charged for it. No dispute is needed.
not-disputed-pending = It is still being confirmed, so it cannot be disputed yet. Please do not pay again.
not-disputed-top-up = For a top-up, choose top-up and payment problems in the main menu.
dispute-too-old = This is older than { COUNT($window, unit: "day") }, so the line cannot file it. I will find a person for you.
dispute-already = There is a dispute of this one already. Nothing more is needed.

# What happens
dispute-decision-business = It is decided within { COUNT($days, unit: "business-day") }.
dispute-decision-calendar = It is decided within { COUNT($days, unit: "calendar-day") }.
promise-by = That is by { DATE($by) }.
promise-around = That is around { DATE($by) }, as far as holidays are known.
dispute-credit = Until then you get the money in advance.
dispute-steps = We receive it, ask the seller, and decide. Then the money goes back the way it came.
dispute-refund-business = A refund to the balance takes { COUNT($balance, unit: "minute") }. To a bank card it takes { SPAN($card_low, $card_high, unit: "business-day") }.
dispute-refund-calendar = A refund to the balance takes { COUNT($balance, unit: "minute") }. To a bank card it takes { SPAN($card_low, $card_high, unit: "calendar-day") }.
dispute-compensation-business = Compensation is apart from that. It is decided within { COUNT($days, unit: "business-day") }.
dispute-compensation-calendar = Compensation is apart from that. It is decided within { COUNT($days, unit: "calendar-day") }.
dispute-how = How do you want to apply?
    .file = To have me file it now
    .apply = To hear how to apply yourself
dispute-is = Last step. { DATE($at) }, { MONEY($amount) } paid to { TEXT($payee) }.
dispute-because-not-me = The reason: not made by you.
dispute-because-duplicate = The reason is a double charge.
dispute-because-wrong-amount = The reason is the amount.
dispute-because-not-received = The reason is that nothing arrived.
dispute-because-refund-missing = The reason is a missing refund.
dispute-because-cancelled-subscription = The reason is a charge after cancelling.
dispute-now = Shall I file this dispute now?
dispute-not-filed = All right. Nothing was filed.

# Filing
dispute-unsure = The dispute is not confirmed yet. I will ask again.
dispute-unknown = I cannot tell whether the dispute was filed. Please do not file it again. I will find a person at once.
dispute-filed = It is filed. Please note its reference, { DIGITS($reference, kind: "reference") }. Once more, { DIGITS($reference, kind: "reference") }.
dispute-due = Expect a decision by { DATE($by) }.
dispute-due-provisional = Expect a decision around { DATE($by) }.
dispute-evidence = You can add screenshots in the app, with the reference. They are optional.
dispute-helps-not-me = A police report helps, if you have one.
dispute-helps-duplicate = The two transactions are enough.
dispute-helps-wrong-amount = A receipt helps.
dispute-helps-not-received = The order number and what the seller wrote help.
dispute-helps-refund-missing = The seller's word about the refund helps.
dispute-helps-cancelled-subscription = The confirmation of your cancelling helps.
done-dispute = Your dispute was filed last time. Its reference is { DIGITS($reference, kind: "reference") }.
