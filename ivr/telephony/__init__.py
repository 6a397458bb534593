"""The telephone network: numbers, the line's own numbers, and the client of Twilio's REST API."""
