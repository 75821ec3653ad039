"""The figures of the dashboard."""

from flask import Blueprint

blueprint = Blueprint("api_dashboards", __name__)
