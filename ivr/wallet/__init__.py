"""Wallets: the `Wallet` protocol, its HTTP client, the rules of each wallet, and the effects that read its records."""
