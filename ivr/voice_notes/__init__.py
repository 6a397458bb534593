"""Voice notes: what callers said in their own words, fetched, checked, sealed and deleted."""
