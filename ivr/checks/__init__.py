"""Checks of the house rules that a machine can hold."""
