"""`make soak`: the whole line under callers while its processes are killed, and the audit of what is left."""
