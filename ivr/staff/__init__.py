"""The people who work at the line: roles, wallets, addresses, sign-in, and the audit log of what they do."""
