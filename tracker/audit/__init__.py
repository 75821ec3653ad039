"""The hash-chained record of who did what, when, and what it was before and after.

The record is written in the transaction of the change itself. Triggers in the database refuse to change or delete
a row; `verify` finds what was changed all the same, and what was cut off at the end against a head kept outside.
Every timeline reads this record, so there is no second history.
"""

from tracker.audit.models import AuditEvent
from tracker.audit.queries import history_of
from tracker.audit.service import Break, Head, head_of, read_heads, record, verify

__all__ = [
    "AuditEvent",
    "Break",
    "Head",
    "head_of",
    "history_of",
    "read_heads",
    "record",
    "verify",
]
