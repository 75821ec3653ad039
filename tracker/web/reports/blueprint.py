"""The one blueprint that the pages of the reports room hang on."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
