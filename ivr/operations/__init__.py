"""The switch of the line: operations set it to open, person (every caller to an agent) or closed."""
