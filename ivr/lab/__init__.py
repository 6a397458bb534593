"""The lab: a demo world, its simulated clock, agents and faults, and reports of what happened. Only with LAB=1."""
