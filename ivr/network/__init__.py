"""Which peers the line trusts: TLS certificates, and requests from this machine only."""
