"""The one blueprint that the pages of the people room hang on."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
