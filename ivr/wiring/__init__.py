"""Composition of the processes: gives each what it needs; the four rooms that make a process or a command import it."""
