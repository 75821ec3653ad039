"""Bytes to Document. Knows nothing of the database or of recommendations; the readers load in the child only."""
