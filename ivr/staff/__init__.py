"""The people who work at the line: their roles, wallets and addresses, how they sign in, and the audit log of what they do."""
