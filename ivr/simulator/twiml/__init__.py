"""TwiML as Twilio executes it: schema, validation, one module for each verb that waits, and what is heard."""
