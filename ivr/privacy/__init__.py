"""Retention and erasure: what is deleted by age, and what is deleted for one customer."""
