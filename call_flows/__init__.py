"""Call flows: one conversation a file. They import the flow vocabulary and effects, nothing else."""
