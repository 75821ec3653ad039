"""Pages of the people room."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from tracker.access import Permission
from tracker.foundation.errors import NotFound
from tracker.web.session import anyone, requires

blueprint = Blueprint("people", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@anyone("whoever signs in is not signed in yet")
def sign_in() -> Response:
    """Sign in."""
    raise NotFound


@blueprint.route("/forgot", methods=["GET", "POST"])
@anyone("whoever forgot a password cannot sign in")
def request_password_reset() -> Response:
    """Ask for a reset."""
    raise NotFound


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@anyone("the one-time token is the right")
def accept_invitation(token: str) -> Response:
    """Accept."""
    raise NotFound


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@anyone("the one-time token is the right")
def reset_password(token: str) -> Response:
    """Reset."""
    raise NotFound


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@anyone("the one-time token is the right")
def set_up(token: str) -> Response:
    """Set up."""
    raise NotFound


@blueprint.post("/sign-out")
@anyone("leaving needs no right")
def sign_out() -> Response:
    """Sign out."""
    raise NotFound


@blueprint.post("/language")
@anyone("the sign-in page is read in both languages")
def choose_language() -> Response:
    """Choose a language."""
    raise NotFound


@blueprint.post("/theme")
@anyone("the looks of the sign-in page are a matter of taste too")
def choose_theme() -> Response:
    """Choose a theme."""
    raise NotFound


@blueprint.get("/me")
@requires(Permission.Account.OWN)
def show_settings() -> str:
    """Show the reader's own settings."""
    return render_template("people/show_settings.html", next=request.path)


@blueprint.get("/people")
@requires(Permission.People.MANAGE)
def list_people() -> str:
    """Show everybody."""
    return render_template("people/list_people.html")


@blueprint.get("/departments")
@requires(Permission.People.MANAGE)
def list_departments() -> str:
    """Show the tree."""
    return render_template("people/list_departments.html")
