"""The sample reports: texts written in the manner of real ones, and beside each what is to be found in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from tracker.demo.dates import filled

NAMES = (
    "toyama-light-rail",
    "tallinn-digital-services",
    "jeonju-night-tourism",
    "rotterdam-rainwater",
    "melbourne-start-ups",
    "aarhus-community-care",
)
"""The reports, oldest trip first."""


@dataclass(frozen=True)
class Sample:
    """One report with its labels; all days count from the day it was taken for."""

    name: str
    text: str
    labels: dict[str, Any]

    @property
    def quotes(self) -> list[str]:
        """Return the recommendations in the order of the text, verbatim."""
        return [each["quote"] for each in self.labels["recommendations"]]

    def changed(self, changes: Sequence[tuple[str, str]]) -> str:
        """Return the text of another edition, each of some words replaced by others."""
        text = self.text
        for former, words in changes:
            assert former in text, former
            text = text.replace(former, words)
        return text

    @property
    def file_name(self) -> str:
        """Return the name under which the report is imported."""
        return f"{self.name}.txt"


def sample(name: str, today: date) -> Sample:
    """Return a sample report as it would lie on the desk on a day."""
    folder = files("tracker.demo") / "reports"
    labels = (folder / f"{name}.json").read_text(encoding="utf-8")
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    return Sample(name, filled(text, today), json.loads(filled(labels, today)))
