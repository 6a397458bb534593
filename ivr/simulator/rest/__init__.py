"""Twilio's REST API: one module for each resource, and the answers to test credentials."""
