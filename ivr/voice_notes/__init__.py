"""Voice notes: recordings that callers leave with a case are fetched, checked, sealed and deleted."""
