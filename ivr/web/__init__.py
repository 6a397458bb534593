"""The HTTP side: Twilio's webhooks in, TwiML out; health, metrics, and the gunicorn worker."""
