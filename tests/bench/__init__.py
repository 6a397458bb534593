"""`make bench`: what a turn costs, as ratios of peers measured in the same run. See `python -m tests.bench --help`."""
