"""The programming interface, version 1."""

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

blueprint = Blueprint("api", __name__)


def register(app: Flask, guard: CSRFProtect) -> None:
    """Give an application the interface; bearer tokens need no form token."""
    guard.exempt(blueprint)
    app.register_blueprint(blueprint, url_prefix="/api/v1")
