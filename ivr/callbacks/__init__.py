"""Callbacks: what was promised to whom, each attempt to ring, and the dialler that rings when a slot has come."""
