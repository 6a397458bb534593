# Transactions and disputes
transactions = Transactions and disputes.
    .balance = For balance and activity
    .report = To report a transaction
    .status = For case status
    .spending = For spending
    .rules = For the rules

# Rules: no verification
rules-business = Report a disputed transaction within { COUNT($window, unit: "day") }. We decide within { COUNT($decision, unit: "business-day") }.
rules-calendar = Report a disputed transaction within { COUNT($window, unit: "day") }. We decide within { COUNT($decision, unit: "calendar-day") }.
rules-refund-business = A refund to the balance takes { COUNT($balance, unit: "minute") }. A refund to a bank card takes { SPAN($card_low, $card_high, unit: "business-day") }.
rules-refund-calendar = A refund to the balance takes { COUNT($balance, unit: "minute") }. A refund to a bank card takes { SPAN($card_low, $card_high, unit: "calendar-day") }.
rules-compensation-business = Compensation is apart from a refund. It is decided within { COUNT($compensation, unit: "business-day") }.
rules-compensation-calendar = Compensation is apart from a refund. It is decided within { COUNT($compensation, unit: "calendar-day") }.
rules = Would you rather apply yourself?
    .apply = To hear how to apply yourself
    .enough = If that is enough
apply-yourself = Open { TEXT($app) }. Choose the transaction, and fill in the reason, the amount and what happened.
apply-evidence = Screenshots or receipts help, but you can apply without them. If we filed for you, give the reference there.

# Finding a transaction
find = How would you like to search?
    .latest = For the latest ones
    .day = To search by date
    .amount = To search by amount
    .payee = To search by payee
likely-payment = { MONEY($amount) } to { TEXT($payee) }, { DATE($on) }.
likely-double = There are two payments of { MONEY($amount) } to { TEXT($payee) }, { DATE($on) }.
balance-then = What else would you like?
    .report = To report one of these
    .others = For other transactions
    .enough = If that's all
balance-then-nothing = What else would you like?
    .others = For other transactions
    .enough = If that's all
record = -
    .report = To report this one
    .next = For the next one
    .previous = For the previous one
    .details = For details
    .enough = To stop here
record-payment = { DATE($at) }, a payment of { MONEY($amount) } to { TEXT($payee) }.
record-top-up = { DATE($at) }, a top-up of { MONEY($amount) }.
record-failed = It did not succeed.
record-pending = It is still being confirmed.
record-first = This is the latest one already.
record-last = There are no more. For older ones, search by day.
records-none = I see no transactions in the last year. If your bank shows a debit, please do not pay again.
details-at = The time was { MOMENT($at) }.
details-succeeded = It succeeded.
details-failed = It did not succeed.
debit-none = By the record nothing was taken for it.
details-pending = It is still being confirmed. Please do not pay again yet.
search-day = On which day?
    .today = For today
    .yesterday = For yesterday
    .other = For another day
search-date = Enter the date, two digits for the month and two for the day.
search-date-right = The date is { DATE($value) }. Is that right?
search-time = Enter the time, four digits in twenty-four hours, then pound.
search-amount = Enter the amount in yuan. For the point, press star. Then press pound.
search-amount-right = The amount is { MONEY($value) }. Is that right?
search-payee = Who was paid?
    .choice = For { TEXT($payee) }
    .others = For others
payees-none = I see no payments in the last year. If your bank shows a debit, please do not pay again.
search-none = I found no such transaction.
search-back-to = I only got back to { DATE($since) }; a search by day finds older ones.
search-nothing = I can search more widely.
    .wider = To search more widely
    .person = For help from a person
search-nothing-closed = I can search more widely.
    .wider = To search more widely
    .callback = To be called back
search-none-wider = The wider search found nothing either. Please search another way.
search-more = More than four fit. Here are the latest four.
pick-time = At what time was it?
    .choice = For { TIME($time) }
pick-date = On which day was it?
    .choice = For { DATE($on) }
pick-payee = Who was paid?
    .choice = For { $payee ->
        [top-up] a top-up
       *[other] { TEXT($payee) }
    }
pick-amount = Which?
    .choice = For { MONEY($amount) }

# Spending
spent-week = In the last seven days, { COUNT($count, unit: "transaction") }, { MONEY($total) } in all.
spent-month = This month, { COUNT($count, unit: "transaction") }, { MONEY($total) } in all.
spent-last-month = Last month, { COUNT($count, unit: "transaction") }, { MONEY($total) } in all.
spent-nothing-week = Nothing was spent in the last seven days.
spent-nothing-month = Nothing was spent this month.
spent-nothing-last-month = Nothing was spent last month.
