"""Hand-over to agents: who is on duty, the summary of the call, the whisper, and views of a summary."""
