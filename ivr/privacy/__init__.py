"""Retention deletes old data; erasure deletes the data of one customer."""
