"""The lab: a demo world, a scene (clock, agents, faults), and what happened in it. Only with LAB=1."""
