"""TaskRouter chooses the agents: its assignments become offers, and it is told how they ended and what agents do."""
