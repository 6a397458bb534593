"""What operations tell callers: the switch of the line (open, person, closed), and announcements for a time."""
