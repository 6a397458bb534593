"""What an agent gets: who is on duty, the summary of the call, the whisper, and who looked at a summary."""
