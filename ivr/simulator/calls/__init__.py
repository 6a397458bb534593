"""Whole calls: one call on one leg, all calls of the account, and the telephone that tests use."""
