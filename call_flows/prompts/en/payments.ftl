# A failed payment
payment-need = Then I'll need the amount and day of the payment. Take your time.
payment-pending = { $payee ->
    [unnamed] Your payment of { MONEY($amount) } on { DATE($at) } isn't confirmed yet.
   *[other] Your payment of { MONEY($amount) } to { TEXT($payee) } on { DATE($at) } isn't confirmed yet.
    }
payment-failed = { $payee ->
    [unnamed] Your payment of { MONEY($amount) } on { DATE($at) } didn't go through.
   *[other] Your payment of { MONEY($amount) } to { TEXT($payee) } on { DATE($at) } didn't go through.
    }
payment-amount = Enter the amount paid, in yuan. For the point, press star. Then press pound.
payment-amount-right = The payment is { MONEY($value) }. Is that right?
payment-day = On which day did you pay?
    .today = For today
    .yesterday = For yesterday
    .other = For another day
payment-date = Enter the day of the payment, two digits for the month and two for the day.
payment-date-right = The payment was on { DATE($value) }. Is that right?
payment-pick = Which of these payments?
    .choice = For { TIME($time) }
payment-pick-payee = Who was paid?
    .choice = For { TEXT($payee) }
payment-pick-place = Counted by time, which payment?
    .choice = For the { ORDINAL($place) }
payment-is = I found it. A payment of { MONEY($amount) } to { TEXT($payee) }, { MOMENT($at) }.
payment-is-unnamed = I found it. A payment of { MONEY($amount) }, { MOMENT($at) }.
payment-not-found = I see no such payment. If your bank shows a debit, please do not pay again. If not, check the amount and the day before you pay again.
payment-charged-unseen = You say that money left, and I see no record of it. That is open, and we will look into it. Please do not pay again.
payment-charged-unclear = You say that money left all the same, so it is open where it is. We will look into it. Please do not pay again.

# Which one is meant, of top-ups and payments alike
others-found = I see none with just that day and amount, but I do see others.
about-this = Is this about that one?
bank-shows-debit = Does your bank show a charge for it?
is-it-this = Is it this one?
missed = What next?
    .again = To enter it again
    .debited = If your bank shows a debit
    .enough = If that is enough
missed-debited = Does your bank show a debit for it?
charged-perhaps = I see no record of it yet. The amount may differ by a fee, and the day by one.
charged-missed = What next?
    .again = To enter it again
    .sure = If it was right
charged-open = What next?
    .person = To talk to a person
    .enough = If that is enough
charged-open-closed = What next?
    .callback = To be called back
    .enough = If that is enough
debit-not-known = If your bank shows a debit for it, please do not pay again. For a person, press zero.
debit-not-known-closed = If your bank shows a debit for it, please do not pay again. For a call back, press zero.
debit-not-taken = By the record, your bank took no money for this one.
payment-reversal-business = If it fails, your money will be returned within { SPAN($low, $high, unit: "business-day") }.
payment-reversal-calendar = If it fails, your money will be returned within { SPAN($low, $high, unit: "calendar-day") }.

# Why a payment failed
payment-insufficient-funds = There was not enough money for this payment.
repay-insufficient-funds = Top up or check your bank account first, or pay another way.
payment-bank-limit = The limit of your bank was reached.
repay-bank-limit = Ask your bank, pay tomorrow, or pay another way.
payment-wallet-limit = This was over the wallet's payment limit.
repay-wallet-limit = See the limit in the app, or pay with a bank card.
payment-card-info = The card details do not match.
repay-card-info = Check your bank card and add it again in the app, or pay another way.
payment-card-expired = The bank card of this payment has expired.
repay-card-expired = Check your bank account, and pay another way.
payment-verification = The verification of your bank did not pass.
repay-verification = Please pay again and do that step anew. Never tell anyone the code.
payment-not-permitted = The bank has not enabled this kind of payment.
repay-not-permitted = Ask your bank to enable it, or pay another way.
payment-generic = The bank declined this payment and gave no reason.
repay-generic = Please ask your bank, or pay another way.
payment-risk = This payment needs a person to check.
payment-issuer-down = The system of your bank was not available.
repay-issuer-down = Pay again in half an hour, or pay another way.
payment-duplicate = This payment had already succeeded. Please do not pay again.
payment-unknown = This isn't confirmed yet, so it may still go through. Please don't pay again.
payment-system-fault = This is a fault of our own system, and we will handle it.
payment-account-state = The account needs more verification by a person.
payment-expired = This payment took too long and was closed.
repay-expired = You can pay again.
payment-succeeded = This payment succeeded. If it is wrong, choose transactions and disputes in the main menu.

# Heard by the agent only
whisper-payment = payment of { MONEY($amount) }
