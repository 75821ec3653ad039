"""Pages of the reminders room."""

from flask import Blueprint

blueprint = Blueprint("reminders", __name__)
