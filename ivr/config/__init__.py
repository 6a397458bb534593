"""What a process is told when it starts: settings, addresses, secret files, logs, the release."""
