"""Call flows: one conversation per file. They import only the flow vocabulary and effects."""
