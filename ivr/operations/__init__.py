"""How operations have switched the line: open, everybody to a person, or closed."""
