"""The same report as text, Word, OpenDocument, web page and PDF gives the same recommendations.

LibreOffice makes the files, from a Word file with heading styles, automatic numbers and real tables; it also says,
by its own export to text, what the automatic numbers are.
"""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.office import definition, instance, level, p, word
from tests.support.word_report import word_report
from tracker.extraction import extract
from tracker.reading import readers
from tracker.reading.document import Document, ReadingLimits

DOCUMENTS = Path(__file__).parents[2] / "documents"
SOFFICE = shutil.which("soffice")
TEXT = "txt:Text (encoded):UTF8"
REPORTS = (
    "nested_headings",
    "paragraphs_without_numbers",
    "table_with_continuation",
    "seen/earthquake_drill_findings_and_last_year",
    "seen/emergency_call_centre_measures_and_next_steps",
    "seen/island_ferry_table_six_columns",
    "seen/library_phased_agency_lines",
    "seen/stroke_care_training_labelled_paragraphs",
    "seen/youth_orchestra_without_recommendations",
    "seen/en_study_tour_library_hubs",
    "seen/en_flood_forecasting_course_none",
)
LISTS = 12
FORMATS = (
    "decimal",
    "taiwaneseCountingThousand",
    "ideographTraditional",
    "ideographLegalTraditional",
    "upperRoman",
    "lowerLetter",
    "decimalZero",
    "decimalEnclosedCircle",
    "bullet",
    "none",
)

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which each report lies in every format, and each file of lists as LibreOffice reads it."""
    folder = tmp_path_factory.mktemp("formats")
    reports = [folder / f"{Path(name).name}.docx" for name in REPORTS]
    for name, file in zip(REPORTS, reports, strict=True):
        file.write_bytes(word_report(text_of(name))[0])
    lists = [folder / f"lists{seed}.docx" for seed in range(LISTS)]
    for seed, file in enumerate(lists):
        file.write_bytes(random_lists(random.Random(seed)))
    convert(reports, "html", folder)
    convert(reports, "pdf", folder)
    convert([*reports, *lists], "odt", folder)
    convert([*reports, *lists], TEXT, folder / "docx")
    convert([file.with_suffix(".odt") for file in [*reports, *lists]], TEXT, folder / "odt")
    return folder


def convert(files: list[Path], target: str, folder: Path) -> None:
    command = [SOFFICE, f"-env:UserInstallation={(files[0].parent / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", target, "--outdir", folder, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=240)


def random_lists(chance: random.Random) -> bytes:
    """Return a Word file of 40 paragraphs in lists that share, restart, skip and nest levels as chance has it."""
    count = chance.randint(1, 3)
    definitions = [
        definition(key, *(random_level(chance, depth) for depth in range(4))) for key in range(count)
    ]
    lists = [
        instance(number + 1, number % count, random_start(chance) if chance.random() < 0.4 else "")
        for number in range(count + 2)
    ]
    body = "".join(
        p(f"段{n}")
        if chance.random() < 0.15
        else p(f"項{n}", chance.randint(1, len(lists)), chance.randrange(3))
        for n in range(40)
    )
    return word(body, "".join(definitions + lists))


def random_level(chance: random.Random, depth: int) -> str:
    number_format = chance.choice(FORMATS)
    place = f"%{depth + 1}"
    if number_format == "bullet":
        return level(depth, "bullet", chance.choice("•※○■"))
    if number_format == "none":
        return level(depth, "none", "")
    shape = chance.choice([f"{place}、", f"（{place}）", f"{place}.", f"第{place}章"])
    if depth and chance.random() < 0.4:
        shape = ".".join(f"%{n + 1}" for n in range(depth + 1))
    return level(depth, number_format, shape, chance.choice([1, 1, 1, 3]))


def random_start(chance: random.Random) -> str:
    starts = [(depth, chance.choice([1, 1, 5])) for depth in range(3) if chance.random() < 0.6]
    return "".join(
        f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for depth, start in starts
    )


def text_of(name: str) -> str:
    return (DOCUMENTS / f"{name}.txt").read_text("utf-8-sig")


def read(path: Path) -> Document:
    return readers.read(path.name, path.read_bytes(), ReadingLimits())


def recommendations(document: Document) -> list[tuple[str, str, str]]:
    """Return what matters of each recommendation, without the blanks that every format sets otherwise."""
    return [
        (
            squeezed(found.text),
            squeezed(found.owner_hint or ""),
            str(found.due_hint.date) if found.due_hint else "",
        )
        for found in extract(document).recommendations
    ]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def lines(text: str) -> list[str]:
    """Return lines without blanks; LibreOffice gives every level of bullets its own sign."""
    return [re.sub("^[◦▪]", "•", line) for line in map(squeezed, text.split("\n")) if line]


@pytest.mark.slow
class TestRecommendations:
    @pytest.mark.parametrize("kind", ["docx", "odt", "html", "pdf"])
    @pytest.mark.parametrize("name", REPORTS)
    def test_are_those_of_the_text(self, files: Path, name: str, kind: str) -> None:
        wanted = recommendations(read(DOCUMENTS / f"{name}.txt"))
        assert recommendations(read(files / f"{Path(name).name}.{kind}")) == wanted


@pytest.mark.slow
class TestNumbers:
    @pytest.mark.parametrize("name", REPORTS)
    def test_are_those_that_were_typed(self, name: str) -> None:
        made, labels = word_report(text_of(name))
        document = readers.read("a.docx", made, ReadingLimits())
        assert [block.label for block in document.blocks if block.label] == labels

    @pytest.mark.parametrize("kind", ["docx", "odt"])
    @pytest.mark.parametrize("name", [Path(name).name for name in REPORTS])
    def test_of_a_report_are_those_that_libreoffice_prints(self, files: Path, name: str, kind: str) -> None:
        document = read(files / f"{name}.{kind}")
        numbered = [squeezed(document.text[b.start : b.end]) for b in document.blocks if b.label]
        printed = iter(lines((files / kind / f"{name}.txt").read_text("utf-8-sig")))
        assert [line for line in numbered if line not in printed] == []

    @pytest.mark.parametrize("kind", ["docx", "odt"])
    @pytest.mark.parametrize("seed", range(LISTS))
    def test_of_any_lists_are_those_that_libreoffice_prints(self, files: Path, seed: int, kind: str) -> None:
        printed = lines((files / kind / f"lists{seed}.txt").read_text("utf-8-sig"))
        assert lines(read(files / f"lists{seed}.{kind}").text) == printed
