"""State of the simulated Twilio account: numbers, queues, conferences, recordings, and the events between legs."""
