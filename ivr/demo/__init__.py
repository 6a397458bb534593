"""The demo wallet: a wallet API on the lab's records, which can be slow or unreachable."""
