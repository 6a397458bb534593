"""Serving: what an agent does for the caller of a call: unfreeze, cases, disputes, texts, callbacks."""
