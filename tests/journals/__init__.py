"""Golden journals: canonical calls as they were recorded, for today's flows to replay."""
