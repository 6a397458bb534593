"""Work after the turn: texts, deliveries to the CRM, and the outbox, leases and retries that all rooms use for it."""
