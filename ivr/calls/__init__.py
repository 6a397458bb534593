"""Calls that ended: outcome and report of a call, and resuming a dropped call."""
