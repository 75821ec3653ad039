"""Pages of the reminders room: the reader's notices, and the outbox."""

from flask import Blueprint, render_template

from tracker.access import Permission
from tracker.web.session import requires

blueprint = Blueprint("reminders", __name__)


@blueprint.get("/notices")
@requires(Permission.Account.OWN)
def list_notices() -> str:
    """Show the reader's notices."""
    return render_template("reminders/list_notices.html")


@blueprint.get("/outbox")
@requires(Permission.Outbox.READ)
def list_letters() -> str:
    """Show every letter."""
    return render_template("reminders/list_letters.html")


@blueprint.get("/outbox/<int:letter_id>")
@requires(Permission.Outbox.READ)
def show_letter(letter_id: int) -> str:
    """Show one letter."""
    return render_template("reminders/show_letter.html", letter_id=letter_id)
