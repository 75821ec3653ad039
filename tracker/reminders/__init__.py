"""Reminders: who is told what, when and why; letters that leave once, and notices inside the system."""
