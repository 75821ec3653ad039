"""The recommendation follow-up tracker: from an official report to a released action item."""

__version__ = "0.1.0"
