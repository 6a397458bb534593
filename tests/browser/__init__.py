"""The browser phone as people meet it: Chromium, a running line, and nothing played by us in between."""
