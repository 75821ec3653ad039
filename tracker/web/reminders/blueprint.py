"""The one blueprint that the pages of the reminders room hang on."""

from flask import Blueprint

blueprint = Blueprint("reminders", __name__)
