"""How a call ended: its outcome and report, and whether a dropped call can go on."""
