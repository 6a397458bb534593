"""The desk: who is calling, cases, agents, callbacks, and what an agent is told."""
