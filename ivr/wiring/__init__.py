"""Where the processes are put together: the only room that knows all others."""
