"""The text messages that the line sends: their words, and when each is composed."""
