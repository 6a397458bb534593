"""The desk: pages on which staff sign in and read calls and cases; a process of its own."""
