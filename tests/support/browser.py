"""A real Chromium for the journeys: started, watched, photographed, and asked about accessibility."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "images"
SCREENSHOTS = ROOT / "build" / "screenshots"
WIDTHS = {1440: 900, 768: 1024, 390: 844}
MISSING = "*** SKIPPED: there is no Chromium. Run as root: apt-get install -y chromium fonts-noto-cjk"
# Without these Chromium looks for updates and for its maker's hosts at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of the machine's Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start a headless Chromium with an empty profile."""
    return playwright.chromium.launch(executable_path=executable, args=FLAGS)


@dataclass
class Watcher:
    """Collects what the browser complains about while a page is used."""

    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page's console and to its uncaught errors."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _note(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx on purpose is no fault of its scripts; the journeys look at it themselves.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


def photograph(page: Page, name: str) -> dict[int, Path]:
    """Store screenshots of a whole page under build/screenshots, and return their paths by width."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    paths = {}
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        path = SCREENSHOTS / f"{name}-{width}.png"
        page.screenshot(path=path, full_page=True)
        paths[width] = path
    if before:
        page.set_viewport_size(before)
    return paths


def keep_picture(paths: dict[int, Path], name: str, width: int = 1440) -> None:
    """Make the photograph of a width a picture of README or handbook, when UPDATE_PICTURES=1 asks for it."""
    if os.environ.get("UPDATE_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        shutil.copy(paths[width], PICTURES / f"{name}.png")


def keep_both(page: Page, name: str) -> None:
    """Photograph a page, keep its two widths for the handbook, and see that it lies within both of them."""
    paths = photograph(page, name)
    keep_picture(paths, name)
    keep_picture(paths, f"{name}-phone", 390)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        expect_no_wider(page, width)


def assert_accessible(page: Page, *, at_all: bool = False) -> None:
    """Run axe on a page and fail on what it calls serious or critical; on whatever it finds, where nothing may be."""
    violations = Axe().run(page).response["violations"]
    grave = [
        violation for violation in violations if at_all or violation["impact"] in {"serious", "critical"}
    ]
    assert not grave, "\n".join(
        f"{v['id']} ({v['impact']}): {v['help']}: " + "; ".join(node["html"] for node in v["nodes"][:3])
        for v in grave
    )


def expect_no_wider(page: Page, width: int) -> None:
    """Wait until a page lies within a width; a chart follows its window a moment later."""
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
