"""A real wallet's API: the `Wallet` protocol over HTTP, as docs/wallet-api.yaml describes it.

Nothing is a success until it is proved: an answer that is late, broken, of the wrong shape or about something
else is `Unavailable`. A write whose answer was lost is asked about by its key, and never sent a second time.
"""
