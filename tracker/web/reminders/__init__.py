"""Pages of the reminders room: notices, the outbox, the rules of reminding, looking ahead and the ledger."""

from tracker.web.reminders import ladders, letters, previews
from tracker.web.reminders.blueprint import blueprint

__all__ = ["blueprint", "ladders", "letters", "previews"]
