"""What the line owes a customer: cases, disputes, freezes and consents, their stages, and dates that have passed."""
