"""The one blueprint that the pages of figures hang on."""

from flask import Blueprint

blueprint = Blueprint("dashboards", __name__)
