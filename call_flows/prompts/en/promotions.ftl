# Promotions and rewards
promotions = Promotions and rewards.
    .current = For all offers
    .mine = For my offers
    .progress = For my rewards
    .messages = For messages
    .channels = For channels
promotion-channels = For current offers, see { TEXT($website) }. You can also follow { TEXT($social) }. Or open { TEXT($app) }.

# Offers
promotion-user-new = You are a new user.
promotion-user-existing = You are an existing user.
promotion-user-unknown = I cannot see when you registered, so these are the ones for everybody.
promotion-count = The list has { COUNT($count, unit: "item") }.
promotion-none = There are no offers right now.
promotion-title = { TEXT($title) }.
promotion-for-all = For all users.
promotion-for-new = For new users only.
promotion-for-existing = For existing users only.
promotion-condition = The condition is, { TEXT($condition) }.
promotion-until = The last day is { DAY($ends) }.
promotion-until-hour = It ends at { TIME($until) }.
promotion-since = It began on { DATE($starts) }.
promotion-gives-money = It gives { MONEY($amount) }.
promotion-gives-points = It gives { COUNT($amount, unit: "point") }.
promotion-gave-money = It gave you { MONEY($amount) }.
promotion-gave-points = It gave you { COUNT($amount, unit: "point") }.
promotion-full-rules = The full rules are in the app.
promotion-step = What next?
    .on = To go on
    .again = To hear it again
    .details = For details
promotion-last = That was the whole list.

# Points and rewards
promotion-points = You have { COUNT($points, unit: "point") }.
promotion-progress-none = No offer is counting for you now.
promotion-progress-counting = So far you have { MONEY($progress) }, and { MONEY($missing) } is missing. The last day is { DAY($day) }.
promotion-progress-so-far = So far you have { MONEY($progress) }.
promotion-progress-ended = It ended on { DATE($day) }. You had { MONEY($progress) }, and nothing more is counted.
promotion-progress-credited = You got this reward on { DATE($day) }.
promotion-progress-due = You reached the target. The reward comes by { DAY($day) }.
promotion-progress-awaited = You reached the target. The reward has not come yet, and I see no date for it.
promotion-progress-overdue = This reward was due by { DAY($day) } and has not come. That is for us to settle.
promotion-progress-step = What next?
    .on = To go on
    .again = To hear it again
    .missing = If this reward is missing
promotion-owed-step = What next?
    .on = To go on
    .again = To hear it again
promotion-progress-end = That was everything.
    .enough = If that is enough
    .missing = If another reward is missing
promotion-missing = You report that the reward of { TEXT($title) } has not come.
promotion-missing-other = You report that a reward I did not name has not come.
promotion-case-now = Shall I open a case for that now?
promotion-case-not-wanted = All right. No case was opened.

# Messages about offers
promotion-messages-are-on = Messages about offers are on.
promotion-messages-are-off = Messages about offers are off.
promotion-messages-mean = They only tell you of offers, in the app. You can change this at any time. Nothing else depends on it.
promotion-messages-turn-on = You would allow the messages from now on.
promotion-messages-turn-off = You would get no more of them.
promotion-messages-now = Shall I change that now?
promotion-messages-stay-on = All right. The messages stay on.
promotion-messages-stay-off = All right. The messages stay off.
promotion-messages-turned-on = Messages about offers are on now.
promotion-messages-turned-off = Messages about offers are off now.
done-consent = Your message setting was changed last time, as you asked.
promotion-messages-unsure = The change is not confirmed yet. I will ask again.
promotion-messages-unknown = I cannot tell whether the change was made. This needs a person.
