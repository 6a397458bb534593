"""Wallets: what a wallet is to the line, its rules, and where its records come from."""
