"""The queue: callers who wait for an agent, the offers that ring agents for them, and how each agent is engaged."""
