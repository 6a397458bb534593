"""The browser phone in Chromium, in front of a line that really runs."""
