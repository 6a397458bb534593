"""Cases, disputes, freezes and consents of customers: references, stages, promised dates, and overdue dates."""
