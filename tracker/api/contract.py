"""The OpenAPI 3.1 contract: what it says is what the resources validate, since both come from the same shapes."""

import logging
from typing import Any

from flask import Flask
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from tracker import __version__
from tracker.api.problems import MEDIA_TYPE
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_

FIRST_ERROR_STATUS = 400

contract = SpecTree(
    "flask",
    title="Recommendation tracker",
    description="Action items and figures, readable with a bearer token made on the page of one's own settings.",
    version=__version__,
    mode="strict",
    page_templates={},
    security_schemes=[
        SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    security={"token": []},
)

# The library logs every refused request as an error; a caller's slip is no failure of ours.
logging.getLogger("spectree").setLevel(logging.CRITICAL)


def problem(_request: Any, _response: Any, refused: Any, _instance: Any, _adapter: Any) -> None:
    """Turn what the validator refuses into the error family, before the library answers in its own way."""
    if refused is not None:
        fields = {
            ".".join(str(part) for part in each["loc"]): N_("這個參數的值不能使用。")
            for each in refused.errors()
        }
        raise Invalid(N_("查詢參數有誤。"), fields=fields) from refused


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of the running application; errors are problem documents."""
    with app.app_context():
        contract.app = app
        spec: dict[str, Any] = contract.backend.spectree.spec
    for path in spec["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= FIRST_ERROR_STATUS and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return spec
