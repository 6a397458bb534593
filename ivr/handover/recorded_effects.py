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

REQUEST_CALLBACK = "callbacks.request_callback"
KEEP_NOTE = "notes.keep_note"
DROP_NOTE = "notes.drop_note"
"""These three belong to layers above this room, so it cannot import them. A test holds that they exist."""

FREEZES = (freezes.freeze.name, freezes.freeze_untold.name)
"""These froze the account when their result is True."""
RECORDS = tuple(
    effect.name for effect in (transactions.latest, transactions.search, transactions.twins, transactions.doubles)
)
"""These return transactions."""
GLANCE = transactions.at_a_glance.name
"""This returns the balance, and the latest transactions."""
OPENED = (OPEN_CASE, KEEP_DISPUTE)
"""These open what a reference is given for."""
OFFERED = {top_ups.likely_top_ups.name: "top-up", payments.likely_payments.name: "payment"}
"""Look-ups before anything is keyed → the kind of record. The caller heard of some of them, and may mean one."""
LOOK_UPS = OFFERED | {top_ups.find_top_ups.name: "top-up", payments.find_payments.name: "payment"}
"""All look-ups of top-ups and payments → the kind of record."""
AMOUNTS = {"top-up-amount": "top-up", "payment-amount": "payment"}
"""The prompts for the amount of a look-up → the kind of record."""
