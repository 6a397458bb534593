"""The desk: pages on which agents, supervisors, auditors and admins sign in and read calls and cases; a process of its own."""
