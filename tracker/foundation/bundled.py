"""Where templates, migrations and config lie: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(name: Literal["templates", "migrations", "config"]) -> Path:
    """Return the folder of that name: the wheel's own copy first, the checkout's second."""
    packed = _PACKAGE / "_bundled" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
