"""A day of the queue on a virtual clock: hundreds of callers, a few agents, and everything that goes wrong."""
