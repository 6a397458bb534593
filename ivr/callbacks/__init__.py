"""Callbacks: promises with their slots, the attempts to ring, and the dialler that rings when a slot has come."""
