"""The edge: webhooks in, TwiML out. The only room that knows Flask."""
