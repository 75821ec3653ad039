"""Pages of the reports room."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
