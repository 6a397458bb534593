"""Talks: agent and caller joined, hold, consultation, transfer, supervisors who listen, and the caller's way on."""
