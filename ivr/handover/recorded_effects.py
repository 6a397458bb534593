"""Names under which the journal records the effects that a summary reads."""

from __future__ import annotations

from ivr.cases import cases, disputes, freezes
from ivr.identity import verification
from ivr.wallet import payments, review, top_ups, transactions

JUDGE = verification.judge.name
STANDING = freezes.standing.name
WEIGH = freezes.weigh.name
REVIEW = review.review.name
OPEN_CASE = cases.open_case.name
KEEP_DISPUTE = disputes.keep_dispute.name
FIND_TOP_UPS = top_ups.find_top_ups.name
FIND_PAYMENTS = payments.find_payments.name

REQUEST_CALLBACK = "callbacks.request_callback"
KEEP_NOTE = "notes.keep_note"
DROP_NOTE = "notes.drop_note"
"""These three belong to layers above this room, so it cannot import them. A test holds that they exist."""

FREEZES = (freezes.freeze.name, freezes.freeze_untold.name)
"""These froze the account when their result is True."""
RECORDS = (transactions.latest.name, transactions.search.name, transactions.twins.name)
"""These return transactions."""
OPENED = (OPEN_CASE, KEEP_DISPUTE)
"""These open what a reference is given for."""
LOOK_UPS = {"top-up-amount": FIND_TOP_UPS, "payment-amount": FIND_PAYMENTS}
"""The prompt for the amount with which a look-up begins → the effect with which it ends."""
