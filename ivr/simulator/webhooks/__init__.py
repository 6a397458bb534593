"""Webhooks that the simulator sends to the app: transport, signature, retries, status callbacks."""
