"""Pages of the actions room."""

from flask import Blueprint

blueprint = Blueprint("actions", __name__)
