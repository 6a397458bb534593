# Waiting for an agent
queue-ahead = You have { COUNT($ahead, unit: "caller") } ahead of you.
queue-next = You are next.
queue-minutes = The wait is about { COUNT($minutes, unit: "minute") }.
queue-keys = -
    .callback = To be called back instead
    .callback-place = To be called back and keep your place
    .menu = For the main menu
    .note = To leave a message for the agents
queue-still-1 = Thank you for waiting.
queue-still-2 = Your place in line has not changed.
queue-still-3 = Please hold on until it is your turn.
queue-being-connected = An agent is about to join. Please hold on.
queue-agent-here = An agent is here. Go ahead.
queue-closes = We close { MOMENT($at) }.
queue-closes-provisional = We expect to close { MOMENT($at) }.
queue-not-before-closing-provisional = We expect to close { MOMENT($at) }, probably before it would be your turn.
queue-not-before-closing = We close { MOMENT($at) }, before it would be your turn.
queue-one-moment = One moment, please. You are next in line.
queue-on-hold = Please hold. We are still with you.
queue-full = Too many callers are waiting right now.

# On the agent's telephone
offer-from = A call for { TEXT($name) }.
    .accept = To take it

# After the talk
satisfaction = How was the help that you got from our agent?
    .good = If it was good
    .fair = If it was fair
    .poor = If it was poor
satisfaction-thanks = Thank you for telling us.
