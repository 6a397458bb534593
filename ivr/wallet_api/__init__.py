"""A reference server of docs/wallet-api.yaml on the demo world: what a bank has to build, to be tried and read."""
