"""Composition of the processes: the only room that imports all others."""
