"""Pages of the dashboards room."""

from flask import Blueprint

blueprint = Blueprint("dashboards", __name__)
