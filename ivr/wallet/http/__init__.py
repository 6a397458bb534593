"""A real wallet's API: the `Wallet` protocol over HTTP, as docs/wallet-api.yaml describes it.

An answer that is late, broken, of the wrong shape or about something else raises `Unavailable`; only an answer that
matches the contract counts as success. The client looks up a write whose answer was lost by its idempotency key, and
never sends it a second time.
"""
