"""Bytes to Document. Knows nothing of the database or of recommendations; the readers load in the child only."""

from typing import Final

# Told apart from `readers.READERS`, so that a door can refuse a name without loading the parsers.
SUFFIXES: Final = (".docx", ".odt", ".pdf", ".html", ".htm", ".md", ".txt")
