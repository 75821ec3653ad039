"""The one blueprint that the pages of the actions room hang on."""

from flask import Blueprint

blueprint = Blueprint("actions", __name__)
