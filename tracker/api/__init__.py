"""The programming interface, version 1: readable with a bearer token, described by its own OpenAPI file."""

from flask import Flask, Response, current_app, jsonify
from flask_wtf.csrf import CSRFProtect

from tracker.api import actions, dashboards
from tracker.api.contract import contract, document
from tracker.api.problems import answer

PREFIX = "/api/v1"

__all__ = ["PREFIX", "answer", "register"]


def register(app: Flask, guard: CSRFProtect) -> None:
    """Give an application the interface; a bearer token stands in for the form token."""
    for blueprint in (actions.blueprint, dashboards.blueprint):
        guard.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix=PREFIX)
    app.add_url_rule(f"{PREFIX}/openapi.json", "api.openapi", openapi, methods=["GET"])
    contract.app = app


def openapi() -> Response:
    """Answer with the contract itself, which holds nothing of the city."""
    return jsonify(document(current_app))


openapi.public_reason = "The description of the interface holds nothing of the city."  # type: ignore[attr-defined]
