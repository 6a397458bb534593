# Account security: what needs no proof is asked first
security = Account security.
    .freeze = To freeze a stolen account now
    .unfamiliar = For unfamiliar transactions
    .scam = If you suspect a scam
    .frozen = If your account is frozen
    .tips = For safety tips
unfamiliar = Are there any transactions that aren't yours?
    .some = If there are some
    .none = If there are none
    .unsure = If you're not sure
has-phone = Do you still have your phone?
log-in = Can you still log in?
    .works = If you can log in
    .fails = If you can't log in
frozen-then = What would you like to do next?
    .review = To check recent transactions
    .advice = For safety advice
    .enough = If that's all for now
lift-by-person = An agent can lift a freeze after checking who you are. Please have your ID and your registered phone ready.
lost-phone-sim = If your phone is gone, ask your mobile operator to block the SIM right away.
lost-phone-police = If it was stolen, call the police at one one zero. For fraud, call nine six one one zero.
lost-phone-report = If it was stolen, report it to the police.
lost-phone-password = Once you have a phone again, change your password first.
log-out-everywhere = Shall we ask for every device to be logged out?
log-out-noted = I've noted that every device should be logged out.

# Freezing
freeze-need = Freezing takes three steps. No code is needed, and no password.
freeze-of = The number that you entered ends in { DIGITS($ending, kind: "tail") }.
freeze-means = While it is frozen, no money can leave the account. Only a person can lift that.
freeze-now = Shall I freeze this account now?
freeze-not-wanted = All right. Nothing was frozen.
freeze-done = The account is frozen now, and no money can leave it.
freeze-lifted-by = Only a person can lift that, after checking who you are. No key on this line can.
freeze-texted = We will tell the registered phone by text.
freeze-not-texted = No mobile number is registered for this account, so no text is sent.
freeze-found-frozen = This account is frozen already, and no money can leave it. Only a person can lift that, after checking who you are.
freeze-found-closed = This account is closed. There is nothing left to freeze.
freeze-if-right = If those details match, the account is frozen now. A registered phone, if there is one, gets a text.
freeze-unsure = The freeze is not confirmed yet. I will ask again.
freeze-unknown = I cannot tell whether the account is frozen. Please take it as not frozen. This needs a person.
freeze-out-of-reach = Sorry, I cannot reach the accounts, so nothing is frozen yet. This needs a person.

# Somebody gives orders
directed = Is someone telling you what to do right now?
directed-advice = Please hang up on them, and don't send any money. A safe account is always a scam.
money-sent = Have you already sent money?
money-sent-china = Call the police now, at one one zero. The anti-fraud line is nine six one one zero. The sooner, the better the chance to stop it.
money-sent-police = Call the police now, and the bank that got the money. The sooner, the better the chance to stop it.
way-out = Here is how we can protect you.
    .freeze = To freeze your account now
    .check = To check the number that called
    .enough = If that's all for now

# Going through an account
account-active = Your account is active.
account-frozen = Your account is frozen, and no money can leave it.
account-closed = Your account is closed.
recent-none = I see no transactions in the last three months. If your bank shows a debit, a case will have it checked.
recent-only-failed = None of the recent transactions succeeded. If your bank shows a debit, a case will have it checked.
recent-payment = { MOMENT($at) }, a payment of { MONEY($amount) } to { TEXT($payee) }.
recent-payment-unnamed = { MOMENT($at) }, a payment of { MONEY($amount) }.
recent-top-up = { MOMENT($at) }, a top-up of { MONEY($amount) }.
yours = Is this one yours?
recent-further = There are older ones.
    .on = To hear them
    .enough = If that is enough
marked-some = We can look into the transactions that you marked.
marked-none = You marked none. We can still look into the account.
investigate-now = Shall I open a case for that now?
investigation-not-wanted = All right. No case was opened.
investigation-next = We will check transactions and log-ins.
after-case = What next?
    .advice = For protection advice
    .enough = If that is enough

# Protection advice
protect-password = If others may know your password, change it at once in the app's security settings. It is never taken by phone.
protect-locked-out = While you cannot log in, open no links in texts. To get back in, ask for a person. Then change the password first. It is never taken by phone.
two-factor-on = Your two-factor authentication is on.
two-factor-off = Your two-factor authentication is not on yet.
protect-two-factor = Turn on two-factor authentication in the same settings.
protect-care = Do not log in on unknown devices.

whisper-weakly = Number and ID only
whisper-frozen = account is frozen
whisper-directed = perhaps under orders
whisper-lift = wants that lifted
